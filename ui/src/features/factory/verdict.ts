import type { Metric } from "@/api/types";
import { loss } from "@/lib/format";
import { text } from "@/text";

const t = text.factory.run.caption;

/** What the curves let one conclude, in one sentence. */
export function conclusion(metrics: readonly Metric[]): string {
  const evals = metrics.flatMap((metric) => (typeof metric.eval_loss === "number" ? [{ step: metric.step, value: metric.eval_loss }] : []));
  const losses = metrics.flatMap((metric) => (typeof metric.loss === "number" ? [metric.loss] : []));
  const base = evals.find((one) => one.step === 0) ?? evals[0];
  const last = evals.at(-1);
  if (!base || !last) {
    const [first, end] = [losses[0], losses.at(-1)];
    return first === undefined || end === undefined ? t.waiting : t.noEval(loss(first), loss(end));
  }
  if (evals.length === 1) return t.baseline(loss(base.value));
  const best = evals.reduce((a, b) => (b.value < a.value ? b : a));
  if (Math.abs(best.value - base.value) < 0.002 * base.value && last.value - base.value < 0.002 * base.value) {
    return t.still(loss(base.value), loss(last.value));
  }
  const span = Math.max(base.value - best.value, 1e-9);
  if (best.value >= base.value) return t.worse(loss(base.value), loss(last.value));
  if (last.value - best.value > 0.05 * span) return t.rising(loss(base.value), loss(best.value), best.step);
  const before = evals.at(-2) ?? base;
  const stillFalling = before.value - last.value > 0.02 * span;
  return stillFalling ? t.falling(loss(base.value), loss(last.value)) : t.flat(loss(base.value), loss(last.value));
}
