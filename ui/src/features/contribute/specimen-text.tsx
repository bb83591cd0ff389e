import { useEffect, useMemo, useRef, useState } from "react";
import type { Finding } from "@/api/types";
import { classTone } from "@/components/mark/state";
import { toneText, type Tone } from "@/components/mark/punch";
import { Button } from "@/components/ui/button";
import { cx } from "@/lib/cx";
import { around, type Line, markLines, pieces } from "@/lib/spans";
import { text } from "@/text";

interface SpecimenTextProps {
  source: string;
  findings: readonly Finding[];
  current?: number | null;
  /** Review shows everything; the tray begins with the places only. */
  whole?: boolean;
  className?: string;
  /** For reading a whole text rather than finding a place in it. */
  prose?: boolean;
}

/** The text with line numbers; what a finding speaks of is marked where it stands. */
export function SpecimenText({ source, findings, current = null, whole = false, prose = false, className }: SpecimenTextProps) {
  const lines = useMemo(() => markLines(source, findings), [source, findings]);
  const places = useMemo(() => around(lines), [lines]);
  const [all, setAll] = useState(whole || places.length === 0);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (current === null) return;
    box.current?.querySelector(`[data-finding~="${current}"]`)?.scrollIntoView({ block: "center" });
  }, [current]);
  const shown = all ? lines : places;
  return (
    <div className="min-w-0">
      {/* Long text scrolls; the region is reachable by keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div ref={box} role="region" aria-label={text.contribute.lines} tabIndex={0} className={cx("max-h-96 overflow-auto rounded-sm border border-line bg-paper py-2", className)}>
        {shown.map((line, i) =>
          line ? (
            <TextLine key={line.number} line={line} findings={findings} current={current} prose={prose} />
          ) : (
            <div key={`gap-${i}`} aria-hidden="true" className="ps-14 text-xs text-muted">
              ⋮
            </div>
          ),
        )}
      </div>
      {!whole && places.length > 0 && (
        <Button look="plain" size="sm" className="mt-1 px-1 text-blue" onClick={() => setAll(!all)}>
          {all ? text.contribute.onlyPlaces : text.contribute.wholeText}
        </Button>
      )}
    </div>
  );
}

const washes: Record<Tone, string> = {
  gold: "bg-gold-wash",
  blue: "bg-blue-wash",
  amber: "bg-amber-wash",
  red: "bg-red-wash",
  muted: "bg-sunken",
  ink: "bg-red-wash",
};

interface TextLineProps {
  line: Line;
  findings: readonly Finding[];
  current: number | null;
  prose: boolean;
}

function TextLine({ line, findings, current, prose }: TextLineProps) {
  const marked = line.marks.length > 0;
  return (
    <div className={cx("grid grid-cols-[3rem_1fr] pe-3", prose ? "gap-4 text-base" : "gap-2 font-mono text-xs leading-5")}>
      <span aria-hidden="true" className={cx("num text-end font-mono text-xs select-none", prose ? "leading-6" : "leading-5", marked ? "font-semibold text-ink" : "text-muted")}>
        {line.number}
      </span>
      <span className="min-w-0 break-words whitespace-pre-wrap">
        {line.text === "" && "\u00a0"}
        {pieces(line).map((piece, i) => {
          const first = piece.findings[0];
          const finding = first === undefined ? undefined : findings[first];
          if (!finding) return <span key={i}>{piece.text}</span>;
          const tone = classTone(finding.class);
          return (
            <mark
              key={i}
              data-finding={piece.findings.join(" ")}
              title={finding.message}
              className={cx("rounded-xs px-px underline decoration-2 underline-offset-2", washes[tone], toneText[tone], current !== null && piece.findings.includes(current) && "outline-2 outline-blue")}
            >
              {piece.text}
            </mark>
          );
        })}
      </span>
    </div>
  );
}
