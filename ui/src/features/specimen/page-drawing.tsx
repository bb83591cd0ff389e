import { useEffect, useRef } from "react";
import type { Finding } from "@/api/types";
import { cx } from "@/lib/cx";
import type { Run, Sheet } from "@/lib/pages";
import { text } from "@/text";
import { strokeOf } from "./tones";

interface PageDrawingProps {
  page: Sheet;
  findings: readonly Finding[];
  /** Beside each finding the box it speaks of. */
  boxes: readonly ({ page: number; area: number[] } | null)[];
  current: number | null;
  tall: boolean;
}

/** One sheet: its text where it stands, and the boxes findings speak of. */
export function PageDrawing({ page, findings, boxes, current, tall }: PageDrawingProps) {
  const scroll = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = current === null ? null : boxes[current];
    if (!box || box.page !== page.number || !scroll.current) return;
    const [x = 0, y = 0] = box.area;
    const sheet = scroll.current;
    sheet.scrollTop = sheet.scrollHeight * (y / page.height) - sheet.clientHeight / 3;
    sheet.scrollLeft = sheet.scrollWidth * (x / page.width) - 32;
  }, [current, boxes, page]);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div ref={scroll} role="region" aria-label={text.specimen.pageDrawn(page.number)} tabIndex={0} className={cx("overflow-auto rounded-sm border border-line bg-sunken p-2 sm:p-4", tall ? "max-h-[68vh]" : "max-h-[32rem]")}>
      <svg viewBox={`0 0 ${page.width} ${page.height}`} className="mx-auto block w-full max-w-[46rem] min-w-[34rem] bg-surface shadow-lift" role="img" aria-label={page.runs.map((run) => run.text).join(" ")}>
        {page.runs.map((run, i) => (
          <RunText key={i} run={run} />
        ))}
        {boxes.map((box, i) => {
          const finding = findings[i];
          if (!finding || box?.page !== page.number) return null;
          const [x = 0, y = 0, width = 0, height = 0] = box.area;
          const stroke = strokeOf(finding.class);
          return (
            <g key={i} data-finding={i}>
              <title>{finding.message}</title>
              <rect x={x - 2} y={y - 2} width={width + 4} height={height + 4} rx="2" fill={stroke} fillOpacity={i === current ? 0.28 : 0.14} stroke={stroke} strokeWidth={i === current ? 2.5 : 1.5} />
            </g>
          );
        })}
      </svg>
    </div>
  );
}

/** A run of text fitted into its box; several lines share its height. */
function RunText({ run }: { run: Run }) {
  const lines = run.text.split("\n").filter((line) => line.trim() !== "");
  if (lines.length === 0) return null;
  const step = run.height / lines.length;
  const size = Math.max(1, Math.min(step * 0.86, 36));
  return lines.map((line, i) => (
    <text
      key={i}
      x={run.x}
      y={run.y + step * i + step * 0.8}
      fontSize={size}
      fill="var(--ink)"
      fontFamily="var(--font-sans)"
      textLength={lines.length === 1 && run.width > 0 ? run.width : undefined}
      lengthAdjust="spacingAndGlyphs"
    >
      {line}
    </text>
  ));
}
