import type { Finding } from "@/api/types";
import { classTone } from "@/components/mark/state";
import { toneText, type Tone } from "@/components/mark/punch";
import { cx } from "@/lib/cx";
import { type Line, pieces } from "@/lib/spans";

/** The wash under words a finding speaks of. */
export const washes: Record<Tone, string> = {
  gold: "bg-gold-wash",
  blue: "bg-blue-wash",
  amber: "bg-amber-wash",
  red: "bg-red-wash",
  muted: "bg-sunken",
  ink: "bg-red-wash",
};

interface TextLineProps {
  line: Line;
  /** What stands in the gutter. */
  label: string;
  findings: readonly Finding[];
  current: number | null;
  prose: boolean;
}

/** One line with what findings speak of marked in it. */
export function TextLine({ line, label, findings, current, prose }: TextLineProps) {
  const marked = line.marks.length > 0;
  return (
    <div className={cx("grid grid-cols-[3rem_1fr] pe-3", prose ? "gap-4 text-base" : "gap-2 font-mono text-xs leading-5")}>
      <span aria-hidden="true" className={cx("num text-end font-mono text-xs select-none", prose ? "leading-6" : "leading-5", marked ? "font-semibold text-ink" : "text-muted")}>
        {label}
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
