import { useEffect, useMemo, useRef, useState } from "react";
import type { Finding, Reading } from "@/api/types";
import { Button } from "@/components/ui/button";
import { cx } from "@/lib/cx";
import { around, markLines } from "@/lib/spans";
import { text } from "@/text";
import { TextLine } from "./text-line";
import { gutterOf } from "./gutter";

export interface SpecimenTextProps {
  source: string;
  /** Where the text comes from: then the gutter counts paragraphs or records. */
  reading?: Reading | null;
  findings: readonly Finding[];
  current?: number | null;
  /** Review shows everything; the tray begins with the places only. */
  whole?: boolean;
  className?: string;
  /** For reading a whole text rather than finding a place in it. */
  prose?: boolean;
  /** Name of the file, where several are on one page. */
  name?: string;
  /** Whether the file goes on after the text. */
  cut?: boolean;
}

/** Longest text that is laid out at once; more is shown on demand. */
const MANY_LINES = 2000;

/** The text with line numbers; what a finding speaks of is marked where it stands. */
export function SpecimenText({ source, reading, findings, current = null, whole = false, prose = false, cut = false, name, className }: SpecimenTextProps) {
  const lines = useMemo(() => markLines(source, findings), [source, findings]);
  const gutter = useMemo(() => gutterOf(source, reading), [source, reading]);
  const places = useMemo(() => around(lines), [lines]);
  const [all, setAll] = useState(whole || places.length === 0);
  const [most, setMost] = useState(MANY_LINES);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (current === null) return;
    const mark = box.current?.querySelector<HTMLElement>(`[data-finding~="${current}"]`);
    // Only the box scrolls: the page stays where the person reads.
    if (mark && box.current) box.current.scrollTop += mark.getBoundingClientRect().top - box.current.getBoundingClientRect().top - box.current.clientHeight / 3;
  }, [current]);
  const shown = all ? lines : places;
  return (
    <div className="min-w-0">
      {/* Long text scrolls; the region is reachable by keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div ref={box} role="region" aria-label={text.contribute.lines(name)} tabIndex={0} className={cx("max-h-96 overflow-auto rounded-sm border border-line bg-paper py-2", className)}>
        {shown.slice(0, most).map((line, i) =>
          line ? (
            <TextLine key={line.number} line={line} label={gutter?.get(line.number) ?? (gutter ? "" : String(line.number))} findings={findings} current={current} prose={prose} />
          ) : (
            <div key={`gap-${i}`} aria-hidden="true" className="ps-14 text-xs text-muted">
              ⋮
            </div>
          ),
        )}
        {shown.length > most && (
          <Button look="plain" size="sm" className="ms-14 text-blue" onClick={() => setMost(most * 4)}>
            {text.common.more}
          </Button>
        )}
      </div>
      <div className="flex flex-wrap items-center gap-x-4">
        {!whole && places.length > 0 && (
          <Button look="plain" size="sm" className="mt-1 px-1 text-blue" onClick={() => setAll(!all)}>
            {all ? text.contribute.onlyPlaces : text.contribute.wholeText}
          </Button>
        )}
        {cut && <p className="mt-1 text-xs text-muted">{text.contribute.excerptCut}</p>}
      </div>
    </div>
  );
}
