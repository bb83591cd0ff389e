import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Activity, Search } from "lucide-react";
import { lazy, Suspense } from "react";
import { useMe } from "@/api/queries/account";
import { isFinal, runsQuery } from "@/api/queries/factory";
import { Logo } from "@/components/mark/logo";
import { Button } from "@/components/ui/button";
import { Kbd } from "@/components/ui/kbd";
import { text } from "@/text";

/** Menus are only for those who are signed in; a first visit does not carry them. */
const PersonCorner = lazy(() => import("./person-corner"));

const mac = typeof navigator !== "undefined" && /mac/i.test(navigator.platform);

/** Search, what is left of the day, running jobs, the person. */
export function TopBar({ onSearch }: { onSearch: () => void }) {
  const me = useMe();
  return (
    <header className="sticky top-0 z-30 flex h-14 items-center gap-2 border-b border-line bg-paper px-4 sm:gap-3 sm:px-6 lg:px-8">
      <Link to="/" className="me-1 md:hidden" aria-label={`Karat, ${text.frame.home}`}>
        <Logo size={30} />
      </Link>
      <button
        type="button"
        onClick={onSearch}
        className="flex h-9 min-w-9 items-center gap-2 rounded-md border border-line-strong bg-surface px-2.5 text-sm text-muted hover:text-ink sm:w-72 pointer-coarse:h-11"
      >
        <Search size={16} aria-hidden="true" />
        <span className="max-sm:sr-only">{text.frame.search}</span>
        <span className="ms-auto hidden sm:inline">
          <Kbd>{mac ? "⌘K" : "Ctrl K"}</Kbd>
        </span>
      </button>
      <div className="ms-auto flex items-center gap-1 sm:gap-2">
        <RunningJobs />
        {me.data && (
          <Suspense fallback={<span className="h-10 w-22 sm:w-54" />}>
            <PersonCorner me={me.data} />
          </Suspense>
        )}
        {me.data === null && (
          <Button asChild look="quiet" size="sm">
            <Link to="/sign-in">{text.account.signIn}</Link>
          </Button>
        )}
      </div>
    </header>
  );
}

function RunningJobs() {
  const runs = useQuery(runsQuery);
  const active = runs.data?.filter((run) => !isFinal(run.state)) ?? [];
  const first = active[0];
  if (!first) return null;
  const share = first.total_steps > 0 ? first.step / first.total_steps : 0;
  return (
    <Link
      to="/runs/$id"
      params={{ id: first.id }}
      aria-label={text.frame.running(active.length)}
      title={text.frame.running(active.length)}
      className="relative flex h-9 items-center gap-2 overflow-hidden rounded-md border border-line px-2.5 text-sm text-blue hover:bg-blue-wash"
    >
      <Activity size={16} aria-hidden="true" />
      <span className="num max-sm:sr-only">{active.length}</span>
      <span aria-hidden="true" className="absolute start-0 bottom-0 h-0.5 bg-blue" style={{ inlineSize: `${share * 100}%` }} />
    </Link>
  );
}
