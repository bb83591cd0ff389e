import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { Fragment, type ReactNode } from "react";
import { cx } from "@/lib/cx";
import { useTitle } from "@/lib/title";
import { text } from "@/text";

export interface Crumb {
  label: string;
  to: string;
}

interface PageProps {
  title: string;
  /** What kind of thing this is, above the title. */
  eyebrow?: ReactNode;
  lead?: ReactNode;
  crumbs?: Crumb[];
  /** A shorter name for the end of the breadcrumbs. */
  here?: string;
  actions?: ReactNode;
  children: ReactNode;
  wide?: boolean;
}

/** The sheet every screen is written on. */
export function Page({ title, eyebrow, lead, crumbs = [], here, actions, children, wide = false }: PageProps) {
  useTitle(title);
  return (
    <div className={cx("mx-auto w-full px-4 pt-5 pb-16 sm:px-6 lg:px-8", wide ? "max-w-[90rem]" : "max-w-[72rem]")}>
      {crumbs.length > 0 && <Crumbs crumbs={crumbs} here={here ?? title} />}
      <header className="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-4">
        <div className="min-w-0">
          {eyebrow && <div className="mb-1 text-xs text-muted">{eyebrow}</div>}
          <h1 className="text-xl font-semibold break-words">{title}</h1>
          {lead && <p className="mt-1.5 max-w-[72ch] text-base text-muted">{lead}</p>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

function Crumbs({ crumbs, here }: { crumbs: Crumb[]; here: string }) {
  return (
    <nav aria-label={text.frame.breadcrumbs} className="mb-3">
      <ol className="flex flex-wrap items-center gap-1 text-xs text-muted">
        {crumbs.map((crumb) => (
          <Fragment key={crumb.to}>
            <li>
              <Link to={crumb.to} className="-mx-1 inline-block rounded-sm px-1 py-0.5 underline-offset-2 hover:text-ink hover:underline">
                {crumb.label}
              </Link>
            </li>
            <li aria-hidden="true">
              <ChevronRight size={12} className="rtl:rotate-180" />
            </li>
          </Fragment>
        ))}
        <li aria-current="page" className="max-w-56 truncate">
          {here}
        </li>
      </ol>
    </nav>
  );
}

interface SectionProps {
  title: ReactNode;
  hint?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
}

/** A part of a page under a heading and a rule. */
export function Section({ title, hint, actions, children, className }: SectionProps) {
  return (
    <section className={cx("mb-10", className)}>
      <div className="mb-3 flex flex-wrap items-end justify-between gap-2 border-b border-line pb-2">
        <div>
          <h2 className="text-base font-semibold">{title}</h2>
          {hint && <p className="max-w-[72ch] text-sm text-muted">{hint}</p>}
        </div>
        {actions}
      </div>
      {children}
    </section>
  );
}

/** A thing that can be picked up. */
export function Card({ children, className }: { children: ReactNode; className?: string }) {
  return <div className={cx("rounded-md border border-line bg-surface p-4", className)}>{children}</div>;
}

/** A number with its unit under it. */
export function Figure({ value, label, tone }: { value: ReactNode; label: ReactNode; tone?: string }) {
  return (
    <div className="flex flex-col-reverse justify-end">
      <dt className="text-xs text-muted">{label}</dt>
      <dd className={cx("num text-lg font-semibold", tone)}>{value}</dd>
    </div>
  );
}
