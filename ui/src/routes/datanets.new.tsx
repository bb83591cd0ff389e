import { createFileRoute } from "@tanstack/react-router";
import { NewDatanetPage } from "@/features/datanet/datanet-form";

export const Route = createFileRoute("/datanets/new")({ component: NewDatanetPage });
