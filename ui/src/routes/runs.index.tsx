import { createFileRoute } from "@tanstack/react-router";
import { RunsPage } from "@/features/factory/runs-page";

export const Route = createFileRoute("/runs/")({ component: RunsPage });
