import { createFileRoute } from "@tanstack/react-router";
import { NewRunPage } from "@/features/factory/new-run-page";
import { type Search, word } from "@/lib/search";

export const Route = createFileRoute("/runs/new")({
  validateSearch: (search: Search): { release?: string; base?: string } => ({ release: word(search.release), base: word(search.base) }),
  component: Screen,
});

function Screen() {
  const search = Route.useSearch();
  return <NewRunPage release={search.release} base={search.base} />;
}
