import { createFileRoute } from "@tanstack/react-router";
import { OperatorPage } from "@/features/account/operator-page";

export const Route = createFileRoute("/operator")({ component: OperatorPage });
