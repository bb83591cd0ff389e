import type { NotRun } from "@/api/types";
import { reasonsOf } from "@/lib/not-run";
import { text } from "@/text";

const t = text.specimen;

interface NotRunListProps {
  lines: readonly NotRun[];
  className?: string;
}

/** What was not looked at: folded, each reason once with the checks it stands for. */
export function NotRunList({ lines, className }: NotRunListProps) {
  if (lines.length === 0) return null;
  return (
    <details className={className}>
      <summary className="py-1 text-sm font-semibold">{t.notRun(lines.length)}</summary>
      <p className="mt-1 max-w-[72ch] text-sm text-muted">{t.notRunHint}</p>
      <ul className="mt-2 grid gap-2 text-sm">
        {reasonsOf(lines).map(({ why, checks }) => (
          <li key={why} className="border-s-2 border-line-strong ps-3 wrap-anywhere">
            <p className="max-w-[72ch]">{why}</p>
            <p className="flex flex-wrap gap-x-2 text-xs text-muted">
              {checks.map((check) => (
                <code key={check}>{check}</code>
              ))}
            </p>
          </li>
        ))}
      </ul>
    </details>
  );
}
