import uPlot from "uplot";
import { type EndLabel, spread } from "./labels";
import { token } from "./theme";

export interface Series {
  /** Written at the end of the line. */
  label: string;
  values: (number | null)[];
  /** A colour token: `gold`, `blue`, `muted`. */
  color: string;
  width?: number;
  dash?: number[];
  /** Drawn as points joined by a line: measurements that are rare. */
  points?: boolean;
  /** Rises in steps. */
  stepped?: boolean;
  faint?: boolean;
  /** Lines that need no label of their own. */
  silent?: boolean;
}

interface BuildOptions {
  series: () => Series[];
  width: number;
  height: number;
  xLabel: (x: number) => string;
  yLabel: (y: number) => string;
  /** Labels of the axis, when they need fewer digits than a reading. */
  yTick?: (y: number, increment: number) => string;
  onCursor: (index: number | null) => void;
}

/** Steps and decisions are counted: no half ones on the axis. */
const wholeSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000];

const font = '12px ui-sans-serif, system-ui, "Liberation Sans", sans-serif';

/** Options of a chart in Karat's hand: thin lines, no legend, labels at the ends. */
export function buildOptions({ series, width, height, yLabel, yTick, onCursor }: BuildOptions): uPlot.Options {
  const now = series();
  const room = width < 480 ? 84 : 132;
  const axis: uPlot.Axis = {
    stroke: () => token("muted"),
    font,
    grid: { stroke: () => token("line"), width: 1 },
    ticks: { stroke: () => token("line-strong"), width: 1, size: 4 },
  };
  return {
    width,
    height,
    padding: [12, room, 0, 0],
    legend: { show: false },
    scales: { x: { time: false }, y: { range: (_, min, max) => bounds(min, max) } },
    axes: [{ ...axis, grid: { show: false }, incrs: wholeSteps }, { ...axis, size: 58, values: (_, splits, __, ___, step) => splits.map((y) => (yTick ? yTick(y, step) : yLabel(y))) }],
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    series: [{}, ...now.map(drawn)],
    hooks: {
      setCursor: [(chart) => onCursor(chart.cursor.idx ?? null)],
      draw: [(chart) => drawLabels(chart, series(), room)],
    },
  };
}

function bounds(min: number, max: number): [number, number] {
  if (!Number.isFinite(min) || !Number.isFinite(max)) return [0, 1];
  const pad = (max - min || Math.abs(max) || 1) * 0.08;
  return [min - pad < 0 && min >= 0 ? 0 : min - pad, max + pad];
}

function drawn(one: Series): uPlot.Series {
  const color = () => token(one.color);
  return {
    label: one.label,
    stroke: color,
    width: one.width ?? 1.5,
    dash: one.dash,
    alpha: one.faint ? 0.35 : 1,
    spanGaps: true,
    paths: one.stepped ? uPlot.paths.stepped?.({ align: 1 }) : undefined,
    points: { show: one.points === true, size: 6, stroke: color, fill: () => token("paper") },
  };
}

function drawLabels(chart: uPlot, series: Series[], room: number): void {
  const ratio = uPlot.pxRatio;
  const labels = series.flatMap((one): EndLabel[] => {
    const last = one.values.findLast((value) => value !== null && value !== undefined);
    if (one.silent || last === undefined || last === null) return [];
    return [{ text: one.label, color: token(one.color), y: chart.valToPos(last, "y", true) }];
  });
  const { top, left, width, height } = chart.bbox;
  const ctx = chart.ctx;
  ctx.save();
  ctx.font = font.replace("12px", `${12 * ratio}px`);
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  for (const label of spread(labels, 15 * ratio, top, top + height)) {
    ctx.fillStyle = label.color;
    ctx.fillText(label.text, left + width + 8 * ratio, label.y, (room - 10) * ratio);
  }
  ctx.restore();
}
