import { createFileRoute } from "@tanstack/react-router";
import { MyListPage } from "@/features/contribute/mine-page";

export const Route = createFileRoute("/submissions/")({ component: MyListPage });
