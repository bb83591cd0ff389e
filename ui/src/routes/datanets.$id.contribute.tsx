import { createFileRoute } from "@tanstack/react-router";
import { ContributePage } from "@/features/contribute/contribute-page";
import { type Search, word } from "@/lib/search";

export const Route = createFileRoute("/datanets/$id/contribute")({
  validateSearch: (search: Search): { sample?: string } => ({ sample: word(search.sample) }),
  component: Screen,
});

function Screen() {
  const { id } = Route.useParams();
  const search = Route.useSearch();
  return <ContributePage key={id} id={id} sample={search.sample !== undefined} />;
}
