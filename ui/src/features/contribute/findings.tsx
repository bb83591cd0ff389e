import type { Finding } from "@/api/types";
import { ClassMark } from "@/components/mark/state";
import { cx } from "@/lib/cx";
import { text } from "@/text";

/** The place a finding speaks of, in words. */
export function placeOf(finding: Finding): string | null {
  const place = finding.evidence;
  if (!place) return null;
  if (place.kind === "line") return text.contribute.line(place.line);
  if (place.kind === "bytes") return text.contribute.bytesPlace(place.start, place.end);
  return null;
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}

interface FindingsProps {
  findings: readonly Finding[];
  /** Which one the text shows at the moment. */
  current?: number | null;
  onChoose?: (index: number) => void;
}

/** Every finding: what it does, the sentence, the place, the fix. */
export function Findings({ findings, current = null, onChoose }: FindingsProps) {
  return (
    <ul className="grid gap-3">
      {findings.map((finding, i) => (
        <li key={`${finding.check}-${finding.code}-${i}`} className={cx("border-s-2 ps-3", i === current ? "border-blue" : "border-line")}>
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <ClassMark of={finding.class} size={18} />
            {placeOf(finding) &&
              (onChoose ? (
                <button type="button" onClick={() => onChoose(i)} className="rounded-sm py-0.5 text-xs text-blue underline underline-offset-2">
                  {placeOf(finding)}
                </button>
              ) : (
                <span className="text-xs text-muted">{placeOf(finding)}</span>
              ))}
            <a href={`/docs/reference/codes/${finding.code}`} className="ms-auto font-mono text-xs text-muted underline-offset-2 hover:underline">
              {finding.code}
            </a>
          </div>
          <p className="mt-1 max-w-[72ch]">{finding.message}</p>
          {finding.fix && (
            <p className="max-w-[72ch] text-sm text-muted">
              <span className="font-medium text-ink">{text.contribute.fix}: </span>
              {finding.fix}
            </p>
          )}
          {shown(finding.measured) !== "" && (
            <p className="num mt-0.5 text-xs break-words text-muted">
              {text.contribute.measured} {shown(finding.measured)}
              {shown(finding.threshold) !== "" && ` · ${text.contribute.threshold} ${shown(finding.threshold)}`}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}
