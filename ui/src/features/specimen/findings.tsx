import type { Finding, Reading } from "@/api/types";
import { ClassMark } from "@/components/mark/state";
import { cx } from "@/lib/cx";
import { hasPlace, placeOf } from "@/lib/place";
import { text } from "@/text";

function shown(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(shown).join(", ");
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}

interface FindingsProps {
  findings: readonly Finding[];
  reading?: Reading | null;
  /** Which one the content shows at the moment. */
  current?: number | null;
  onChoose?: (index: number) => void;
}

/** Every finding: what it does, the sentence, the place, the fix. */
export function Findings({ findings, reading, current = null, onChoose }: FindingsProps) {
  return (
    <ul className="grid gap-3">
      {findings.map((finding, i) => (
        <li key={`${finding.check}-${finding.code}-${i}`} aria-current={i === current || undefined} className={cx("border-s-2 ps-3", i === current ? "border-blue" : "border-line")}>
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <ClassMark of={finding.class} size={18} />
            <Place finding={finding} reading={reading} onChoose={onChoose && (() => onChoose(i))} />
            <a href={`/docs/reference/codes/${finding.code}`} className="ms-auto py-0.5 font-mono text-xs break-all text-muted underline-offset-2 hover:underline">
              {finding.code}
            </a>
          </div>
          <p className="mt-1 max-w-[72ch] break-words">{finding.message}</p>
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

function Place({ finding, reading, onChoose }: { finding: Finding; reading?: Reading | null; onChoose?: () => void }) {
  const place = placeOf(finding, reading);
  if (!place) return null;
  if (!onChoose || !hasPlace(finding)) return <span className="text-xs text-muted">{place}</span>;
  return (
    <button type="button" onClick={onChoose} className="rounded-sm py-0.5 text-xs text-blue underline underline-offset-2 pointer-coarse:py-2">
      {place}
    </button>
  );
}
