import { createFileRoute } from "@tanstack/react-router";
import { DatanetPage } from "@/features/datanet/datanet-page";
import { type Search, word } from "@/lib/search";

export const Route = createFileRoute("/datanets/$id/")({
  validateSearch: (search: Search): { tab?: string } => ({ tab: word(search.tab) }),
  component: Screen,
});

function Screen() {
  const { id } = Route.useParams();
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  return <DatanetPage key={id} id={id} tab={search.tab ?? "overview"} onTab={(tab) => void navigate({ search: { tab }, replace: true })} />;
}
