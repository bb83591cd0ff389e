import { createFileRoute } from "@tanstack/react-router";
import { SignUpPage } from "@/features/account/sign-up-page";
import { type Search, word } from "@/lib/search";

export const Route = createFileRoute("/sign-up")({
  validateSearch: (search: Search): { next?: string } => ({ next: word(search.next) }),
  component: Screen,
});

function Screen() {
  const search = Route.useSearch();
  return <SignUpPage next={search.next} />;
}
