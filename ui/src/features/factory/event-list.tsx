import type { RunDetail } from "@/api/types";
import { loss } from "@/lib/format";
import { text } from "@/text";

const t = text.factory.run.event;

interface Line {
  key: string;
  words: string;
}

/** The run's story in plain language, newest first; told from what is known, so a reload tells the same. */
export function storyOf({ run, metrics }: RunDetail): Line[] {
  const lines: Line[] = [{ key: "queued", words: t.queued }];
  if (run.started_at) lines.push({ key: "started", words: t.started(run.total_steps) });
  let best = Number.POSITIVE_INFINITY;
  for (const metric of metrics) {
    if (typeof metric.eval_loss !== "number") continue;
    const value = loss(metric.eval_loss);
    if (metric.step === 0) lines.push({ key: "base", words: t.baseline(value) });
    else lines.push({ key: `eval-${metric.step}`, words: metric.eval_loss < best ? t.best(metric.step, value) : t.eval(metric.step, value) });
    best = Math.min(best, metric.eval_loss);
  }
  if (run.state !== "queued" && run.state !== "running") lines.push({ key: run.state, words: t[run.state] });
  return lines.toReversed();
}

export function EventList({ detail }: { detail: RunDetail }) {
  return (
    // A long story scrolls; the region is reachable by keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <ol tabIndex={0} aria-label={text.factory.run.events} className="grid max-h-80 gap-2 overflow-y-auto text-sm">
      {storyOf(detail).map((line, i) => (
        <li key={line.key} className={i === 0 ? "border-s-2 border-gold-fill ps-3" : "border-s-2 border-line ps-3 text-muted"}>
          {line.words}
        </li>
      ))}
    </ol>
  );
}
