import { createFileRoute } from "@tanstack/react-router";
import { EditDatanetPage } from "@/features/datanet/datanet-form";

export const Route = createFileRoute("/datanets/$id/edit")({ component: Screen });

function Screen() {
  const { id } = Route.useParams();
  return <EditDatanetPage key={id} id={id} />;
}
