import { isFinal } from "@/api/queries/factory";
import type { Run } from "@/api/types";
import { Meter } from "@/components/ui/meter";
import { Figure } from "@/components/ui/page";
import { count, duration, loss } from "@/lib/format";
import { text } from "@/text";
import { etaOf } from "./run-state";

const t = text.factory.run;

/** The numbers one glances at. */
export function Gauges({ run }: { run: Run }) {
  const eta = etaOf(run);
  const { summary } = run;
  const evals = typeof summary?.eval_first === "number" && typeof summary.eval_last === "number" ? `${loss(summary.eval_first)} → ${loss(summary.eval_last)}` : null;
  return (
    <div className="mb-8">
      <dl className="mb-4 flex min-h-12 flex-wrap gap-x-10 gap-y-3">
        <Figure value={run.total_steps > 0 ? text.common.of(count(run.step), count(run.total_steps)) : "—"} label={t.step} />
        <Figure value={typeof run.loss === "number" ? loss(run.loss) : "—"} label={t.loss} />
        {evals && <Figure value={evals} label={t.heldOut} tone="text-gold" />}
        <Figure value={typeof run.tokens_per_s === "number" ? t.tokensPerSecond(count(Math.round(run.tokens_per_s))) : "—"} label={t.speed} />
        {!isFinal(run.state) && <Figure value={eta === null ? "—" : duration(eta)} label={t.eta} />}
      </dl>
      <Meter value={run.step} max={Math.max(1, run.total_steps)} label={text.factory.columns.progress} shown={text.factory.progress(run.step, run.total_steps)} tone={isFinal(run.state) ? "gold" : "blue"} />
    </div>
  );
}
