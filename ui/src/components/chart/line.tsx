import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { Button } from "@/components/ui/button";
import { text } from "@/text";
import { buildOptions, type Series } from "./options";
import { onTheme } from "./theme";
import { SeriesTable } from "./series-table";

export type { Series } from "./options";

interface LineChartProps {
  title: string;
  /** Says what to conclude; also what a screen reader hears of the picture. */
  caption: ReactNode;
  x: number[];
  series: Series[];
  xLabel: (x: number) => string;
  yLabel: (y: number) => string;
  yTick?: (y: number, increment: number) => string;
  height?: number;
  /** The title is written above already; here it is only read out. */
  untitled?: boolean;
}

/** A line chart with labels at the ends of its lines, a cursor for hand and keyboard, and its table. */
export function LineChart({ title, caption, x, series, xLabel, yLabel, yTick, height = 320, untitled = false }: LineChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const [table, setTable] = useState(false);
  const id = useId();
  const data = useMemo(() => [x, ...series.map((one) => one.values)] as uPlot.AlignedData, [x, series]);
  const latest = useRef({ data, series });
  useEffect(() => {
    latest.current = { data, series };
  });

  // Built again only when the lines themselves are others; new points are fed to the one there is.
  const shape = series.map((one) => `${one.label}:${one.color}`).join("|");
  useEffect(() => {
    const element = box.current;
    if (!element || table) return undefined;
    const options = buildOptions({ series: () => latest.current.series, width: element.clientWidth, height, xLabel, yLabel, yTick, onCursor: setAt });
    const chart = new uPlot(options, latest.current.data, element);
    plot.current = chart;
    const resize = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }));
    resize.observe(element);
    const unwatch = onTheme(() => chart.redraw(false));
    return () => {
      unwatch();
      resize.disconnect();
      chart.destroy();
      plot.current = null;
    };
    // oxlint-disable-next-line react/exhaustive-deps
  }, [shape, height, table]);

  useEffect(() => {
    const frame = requestAnimationFrame(() => plot.current?.setData(data));
    return () => cancelAnimationFrame(frame);
  }, [data]);

  function onKey(event: KeyboardEvent): void {
    const chart = plot.current;
    const last = x.length - 1;
    if (!chart || last < 0) return;
    const jump = event.shiftKey ? 10 : 1;
    const here = at ?? last;
    const next = { ArrowLeft: here - jump, ArrowRight: here + jump, Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const index = Math.min(last, Math.max(0, next));
    chart.setCursor({ left: chart.valToPos(x[index] ?? 0, "x"), top: 0 });
    setAt(index);
  }

  return (
    <figure aria-labelledby={`${id}-title`}>
      <div className="mb-1 flex min-h-8 flex-wrap items-center justify-between gap-x-4">
        <div id={`${id}-title`} className={untitled ? "sr-only" : "text-base font-semibold"}>
          {title}
        </div>
        {!table && <Readout at={at} x={x} series={series} xLabel={xLabel} yLabel={yLabel} />}
        <Button look="plain" size="sm" className="text-muted" aria-pressed={table} onClick={() => setTable(!table)}>
          {table ? text.common.chart : text.common.table}
        </Button>
      </div>
      {table ? (
        <SeriesTable title={title} x={x} series={series} xLabel={xLabel} yLabel={yLabel} />
      ) : (
        // The cursor can be moved by keyboard, so the picture takes the focus.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions
        <div role="application" aria-label={`${title}. ${text.factory.run.cursorHint}`} aria-describedby={`${id}-caption`} tabIndex={0} onKeyDown={onKey} onBlur={() => setAt(null)} className="relative" dir="ltr">
          <div ref={box} style={{ minHeight: height }} />
        </div>
      )}
      <figcaption id={`${id}-caption`} className="mt-2 max-w-[72ch] text-sm text-muted">
        {caption}
      </figcaption>
    </figure>
  );
}

interface ReadoutProps {
  at: number | null;
  x: number[];
  series: Series[];
  xLabel: (x: number) => string;
  yLabel: (y: number) => string;
}

/** Exact values under the cursor. */
function Readout({ at, x, series, xLabel, yLabel }: ReadoutProps) {
  const index = at ?? -1;
  const here = x[index];
  return (
    <p aria-live="polite" className="num me-auto text-xs text-muted">
      {here !== undefined &&
        [
          xLabel(here),
          ...series.flatMap((one) => {
            const value = one.values[index];
            return value === null || value === undefined ? [] : [`${one.label} ${yLabel(value)}`];
          }),
        ].join("  ·  ")}
    </p>
  );
}
