import { createFileRoute } from "@tanstack/react-router";
import { SetUpPage } from "@/features/account/set-up-page";
import { type Search, word } from "@/lib/search";

export const Route = createFileRoute("/set-up")({
  validateSearch: (search: Search): { token?: string } => ({ token: word(search.token) }),
  component: Screen,
});

function Screen() {
  const search = Route.useSearch();
  return <SetUpPage token={search.token ?? ""} />;
}
