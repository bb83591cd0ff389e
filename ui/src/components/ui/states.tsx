import { Link } from "@tanstack/react-router";
import { CircleAlert, DoorClosed, KeyRound } from "lucide-react";
import type { ReactNode } from "react";
import { Guilloche } from "@/components/mark/guilloche";
import { cx } from "@/lib/cx";
import { problemOf } from "@/lib/problem";
import { text } from "@/text";
import { Button } from "./button";
import { Words } from "./words";

/** Grey lines in the shape of what comes. */
export function Skeleton({ lines = 6, className }: { lines?: number; className?: string }) {
  return (
    <div role="status" aria-busy="true" className={cx("grid gap-4", className)}>
      <span className="sr-only">{text.common.loading}</span>
      {Array.from({ length: lines }, (_, i) => (
        <div key={i} className={cx("skeleton h-12", i % 3 === 2 && "w-2/3")} />
      ))}
    </div>
  );
}

interface EmptyProps {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

/** Nothing here yet, and the next step. */
export function Empty({ title, children, action }: EmptyProps) {
  return (
    <div className="relative isolate flex flex-col items-center gap-3 overflow-hidden rounded-md border border-dashed border-line-strong px-6 py-12 text-center">
      <Guilloche className="absolute start-1/2 top-1/2 -z-10 size-72 -translate-x-1/2 -translate-y-1/2 rtl:translate-x-1/2" />
      <p className="text-base font-semibold">{title}</p>
      {children && <div className="max-w-[52ch] text-sm text-muted">{children}</div>}
      {action}
    </div>
  );
}

interface FailureProps {
  error: unknown;
  retry?: () => void;
}

/** What happened, what to do; who can help when it is forbidden. */
export function Failure({ error, retry }: FailureProps) {
  const problem = problemOf(error);
  const signedOut = problem.status === 401;
  const forbidden = problem.status === 403;
  const Icon = signedOut ? KeyRound : forbidden ? DoorClosed : CircleAlert;
  const title = signedOut ? text.problem.signedOut : forbidden ? text.problem.forbidden : problem.status === 404 ? text.problem.missing : text.problem.title;
  return (
    <div role="alert" className="flex gap-4 rounded-md border border-line-strong bg-surface p-5">
      <Icon size={24} aria-hidden="true" className="mt-0.5 shrink-0 text-amber" />
      <div className="grid gap-2">
        <p className="text-base font-semibold">{title}</p>
        <p className="max-w-[72ch] wrap-anywhere">
          <Words>{problem.detail}</Words>
        </p>
        <p className="max-w-[72ch] text-muted">
          {/* The server speaks to programs, too: here one signs in with a name. */}
          <Words>{signedOut ? text.problem.signedOutHint : problem.hint}</Words> {forbidden && text.problem.whoCanHelp}
        </p>
        <div className="mt-1 flex flex-wrap items-center gap-3">
          {signedOut && (
            <Button look="primary" asChild>
              <Link to="/sign-in" search={{ next: window.location.pathname + window.location.search }}>
                {text.account.signIn}
              </Link>
            </Button>
          )}
          {signedOut && (
            <Button asChild>
              <Link to="/sign-up" search={{ next: window.location.pathname + window.location.search }}>
                {text.account.signUp}
              </Link>
            </Button>
          )}
          {retry && !signedOut && !forbidden && <Button onClick={retry}>{text.common.tryAgain}</Button>}
          {!signedOut && <code className="text-xs text-muted">{problem.code}</code>}
        </div>
      </div>
    </div>
  );
}

/** A refusal beside a form: the form stays as it was. */
export function FormProblem({ error }: { error: unknown }) {
  if (!error) return null;
  const problem = problemOf(error);
  return (
    <div role="alert" className="rounded-md border border-red bg-red-wash px-4 py-3 text-sm">
      <p className="font-medium text-red">
        <Words>{problem.detail}</Words>
      </p>
      <p>
        <Words>{problem.hint}</Words>
      </p>
    </div>
  );
}

interface NoteProps {
  tone?: "blue" | "amber" | "gold";
  children: ReactNode;
  className?: string;
}

const notes = {
  blue: "border-blue bg-blue-wash",
  amber: "border-amber bg-amber-wash",
  gold: "border-gold-fill bg-gold-wash",
};

/** Something worth knowing before going on. */
export function Note({ tone = "blue", children, className }: NoteProps) {
  return <div className={cx("rounded-sm border-s-4 px-4 py-3 text-sm", notes[tone], className)}>{children}</div>;
}

interface LoadedProps<T> {
  query: { data: T | undefined; error: unknown; refetch: () => unknown };
  skeleton?: ReactNode;
  children: (data: T) => ReactNode;
}

/** Loading, failed or there: every route goes through this door. */
export function Loaded<T>({ query, skeleton, children }: LoadedProps<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return skeleton ?? <Skeleton />;
}
