import { createFileRoute } from "@tanstack/react-router";
import { ModelsPage } from "@/features/factory/models-page";

export const Route = createFileRoute("/models/")({ component: ModelsPage });
