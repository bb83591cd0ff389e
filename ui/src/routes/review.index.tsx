import { createFileRoute } from "@tanstack/react-router";
import { QueuesPage } from "@/features/review/queues-page";

export const Route = createFileRoute("/review/")({ component: QueuesPage });
