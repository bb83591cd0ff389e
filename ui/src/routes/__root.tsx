import { createRootRoute } from "@tanstack/react-router";
import { Frame } from "@/features/frame/frame";

export const Route = createRootRoute({ component: Frame });
