import { createFileRoute } from "@tanstack/react-router";
import { AskPage } from "@/features/record/ask-page";
import { type Search, word } from "@/lib/search";

export const Route = createFileRoute("/ask")({
  validateSearch: (search: Search): { q?: string } => ({ q: word(search.q) }),
  component: Screen,
});

function Screen() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  return <AskPage q={search.q ?? ""} onAsk={(q) => void navigate({ search: { q } })} />;
}
