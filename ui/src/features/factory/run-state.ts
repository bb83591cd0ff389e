import type { Metric, Run, RunDetail, RunSample } from "@/api/types";

/** What the stream sends of a run. */
export interface RunEvent {
  kind: string;
  payload: unknown;
}

function withMetric(metrics: Metric[], fresh: Metric): Metric[] {
  const last = metrics.at(-1);
  if (last && last.step < fresh.step) return [...metrics, fresh];
  const at = metrics.findIndex((metric) => metric.step >= fresh.step);
  if (at < 0) return [...metrics, fresh];
  const here = metrics[at];
  if (here && here.step === fresh.step) {
    // A step and its evaluation arrive one after the other and share a line.
    const known = Object.fromEntries(Object.entries(fresh).filter(([, value]) => value !== null && value !== undefined));
    return metrics.with(at, { ...here, ...known });
  }
  return metrics.toSpliced(at, 0, fresh);
}

function withSample(samples: RunSample[], fresh: RunSample): RunSample[] {
  const others = samples.filter((sample) => sample.step !== fresh.step || sample.index !== fresh.index);
  return [...others, fresh].toSorted((a, b) => a.step - b.step || a.index - b.index);
}

/** The page after one more event; unknown kinds change nothing. */
export function applyEvent(detail: RunDetail, event: RunEvent): RunDetail {
  switch (event.kind) {
    case "step":
    case "eval": {
      const metric = event.payload as Metric;
      const moved = event.kind === "step" ? { step: metric.step, loss: metric.loss, tokens_per_s: metric.tokens_per_s } : {};
      return { ...detail, metrics: withMetric(detail.metrics, metric), run: { ...detail.run, ...moved } };
    }
    case "sample":
      return { ...detail, samples: withSample(detail.samples, event.payload as RunSample) };
    case "rewound": {
      const { step } = event.payload as { step: number };
      return {
        ...detail,
        run: { ...detail.run, step },
        metrics: detail.metrics.filter((metric) => metric.step <= step),
        samples: detail.samples.filter((sample) => sample.step <= step),
      };
    }
    case "started":
      return { ...detail, run: { ...detail.run, total_steps: (event.payload as { total_steps: number }).total_steps } };
    case "state":
      return { ...detail, run: { ...detail.run, ...(event.payload as Partial<Run>) } };
    default:
      return detail;
  }
}

/** Seconds left, from the speed of the last steps seen. */
export function etaOf(run: Run, now = Date.now()): number | null {
  if (!run.started_at || run.step < 2 || run.total_steps === 0) return run.eta_seconds ?? null;
  const each = (now - Date.parse(run.started_at)) / 1000 / run.step;
  return Math.max(0, (run.total_steps - run.step) * each);
}
