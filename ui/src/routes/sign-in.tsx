import { createFileRoute } from "@tanstack/react-router";
import { SignInPage } from "@/features/account/sign-in-page";
import { type Search, word } from "@/lib/search";

export const Route = createFileRoute("/sign-in")({
  validateSearch: (search: Search): { next?: string } => ({ next: word(search.next) }),
  component: Screen,
});

function Screen() {
  const search = Route.useSearch();
  return <SignInPage next={search.next} />;
}
