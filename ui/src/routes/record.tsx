import { createFileRoute } from "@tanstack/react-router";
import { RecordPage } from "@/features/record/record-page";

export const Route = createFileRoute("/record")({ component: RecordPage });
