import { createFileRoute } from "@tanstack/react-router";
import type { DatanetFilter } from "@/api/queries/datanet";
import { DatanetsPage } from "@/features/datanet/datanets-page";
import { flag, oneOf, type Search, word } from "@/lib/search";

export const Route = createFileRoute("/datanets/")({
  validateSearch: (search: Search): DatanetFilter => ({
    q: word(search.q),
    modality: oneOf(search.modality, ["text", "image", "audio"]),
    licence: word(search.licence),
    open: flag(search.open),
  }),
  component: Screen,
});

function Screen() {
  const filter = Route.useSearch();
  const navigate = Route.useNavigate();
  return <DatanetsPage filter={filter} onFilter={(next) => void navigate({ search: next, replace: true })} />;
}
