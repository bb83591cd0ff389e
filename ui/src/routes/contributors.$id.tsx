import { createFileRoute } from "@tanstack/react-router";
import { ContributorPage } from "@/features/standing/contributor-page";

export const Route = createFileRoute("/contributors/$id")({ component: Screen });

function Screen() {
  const { id } = Route.useParams();
  return <ContributorPage key={id} id={id} />;
}
