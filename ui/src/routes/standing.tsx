import { createFileRoute } from "@tanstack/react-router";
import { OverallPage } from "@/features/standing/overall-page";

export const Route = createFileRoute("/standing")({ component: OverallPage });
