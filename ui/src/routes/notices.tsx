import { createFileRoute } from "@tanstack/react-router";
import { NoticesPage } from "@/features/account/notices-page";

export const Route = createFileRoute("/notices")({ component: NoticesPage });
