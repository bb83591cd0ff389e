import { createFileRoute } from "@tanstack/react-router";
import { ModelPage } from "@/features/factory/model-page";

export const Route = createFileRoute("/models/$id")({ component: Screen });

function Screen() {
  const { id } = Route.useParams();
  return <ModelPage key={id} id={id} />;
}
