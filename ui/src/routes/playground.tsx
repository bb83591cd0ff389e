import { createFileRoute } from "@tanstack/react-router";
import { PlaygroundPage } from "@/features/playground/playground-page";
import { type Search, word } from "@/lib/search";

export const Route = createFileRoute("/playground")({
  validateSearch: (search: Search): { left?: string; right?: string } => ({ left: word(search.left), right: word(search.right) }),
  component: Screen,
});

function Screen() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  return <PlaygroundPage left={search.left} right={search.right} onChoose={(next) => void navigate({ search: next, replace: true })} />;
}
