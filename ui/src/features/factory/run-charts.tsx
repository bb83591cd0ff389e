import { useMemo } from "react";
import type { Metric } from "@/api/types";
import { LineChart, type Series } from "@/components/chart/line";
import { compact, loss, rate } from "@/lib/format";
import { smooth, smoothingFor } from "@/lib/smooth";
import { text } from "@/text";
import { conclusion } from "./verdict";

const t = text.factory.run;

function lossSeries(metrics: readonly Metric[]): Series[] {
  const raw = metrics.map((metric) => metric.loss ?? null);
  const evals = metrics.map((metric) => metric.eval_loss ?? null);
  const baseline = evals.find((value) => value !== null) ?? null;
  const steps = raw.filter((value) => value !== null).length;
  return [
    { label: t.series.raw, values: raw, color: "blue", width: 1, faint: true, silent: true },
    { label: t.series.smooth, values: smooth(raw, smoothingFor(steps)), color: "blue", width: 2 },
    { label: t.series.heldOut, values: evals, color: "gold", width: 2, points: true },
    { label: t.series.baseline, values: metrics.map(() => baseline), color: "muted", width: 1, dash: [5, 5] },
  ];
}

/** One large chart: each step, smoothed, held out, and where the base began. */
export function LossChart({ metrics }: { metrics: Metric[] }) {
  const x = useMemo(() => metrics.map((metric) => metric.step), [metrics]);
  const series = useMemo(() => lossSeries(metrics), [metrics]);
  return (
    <LineChart
      title={t.chartLabel}
      untitled
      caption={conclusion(metrics)}
      x={x}
      series={series}
      xLabel={t.cursor}
      yLabel={loss}
      yTick={(value, step) => value.toFixed(step < 0.1 ? 2 : 1)}
      height={360}
    />
  );
}

const small = [
  { key: "lr", title: t.lrChart, color: "blue", label: rate, caption: (sorted: string[]) => t.lrCaption(sorted.at(-1) ?? "") },
  {
    key: "tokens_per_s",
    title: t.speedChart,
    color: "ink",
    label: compact,
    caption: (sorted: string[]) => t.speedCaption(sorted[Math.floor(sorted.length / 2)] ?? ""),
  },
  {
    key: "grad_norm",
    title: t.gradChart,
    color: "ink",
    label: (value: number) => value.toPrecision(2),
    caption: (sorted: string[]) => t.gradCaption(sorted[0] ?? "", sorted.at(-1) ?? ""),
  },
] as const;

/** What was measured, least first, as people read it. */
function sortedLabels(values: readonly (number | null)[], label: (value: number) => string): string[] {
  return values
    .filter((value) => value !== null)
    .toSorted((a, b) => a - b)
    .map(label);
}

/** Learning rate, speed, gradient norm. */
export function SmallCharts({ metrics }: { metrics: Metric[] }) {
  const x = useMemo(() => metrics.map((metric) => metric.step), [metrics]);
  return (
    <div className="grid gap-x-10 gap-y-8 lg:grid-cols-2">
      {small.map((one) => {
        const values = metrics.map((metric) => metric[one.key] ?? null);
        const last = values.findLast((value) => value !== null);
        if (last === undefined || last === null) return null;
        return (
          <LineChart
            key={one.key}
            title={one.title}
            caption={one.caption(sortedLabels(values, one.label))}
            x={x}
            series={[{ label: one.label(last), values, color: one.color, width: 1.5 }]}
            xLabel={t.cursor}
            yLabel={one.label}
            height={180}
          />
        );
      })}
    </div>
  );
}
