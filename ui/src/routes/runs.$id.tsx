import { createFileRoute } from "@tanstack/react-router";
import { RunPage } from "@/features/factory/run-page";

export const Route = createFileRoute("/runs/$id")({ component: Screen });

function Screen() {
  const { id } = Route.useParams();
  return <RunPage key={id} id={id} />;
}
