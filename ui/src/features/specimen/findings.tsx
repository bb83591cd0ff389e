import type { Finding, Reading } from "@/api/types";
import { ClassMark } from "@/components/mark/state";
import { cx } from "@/lib/cx";
import { measureOf } from "@/lib/measure";
import { hasPlace, placeOf } from "@/lib/place";
import { text } from "@/text";
import { Sentence } from "./sentence";

interface FindingsProps {
  findings: readonly Finding[];
  reading?: Reading | null;
  /** Which one the content shows at the moment. */
  current?: number | null;
  onChoose?: (index: number) => void;
  /** The file is somebody else's: what its contributor can do about it is not said. */
  foreign?: boolean;
  /** Kind of the file: a place in a table is a record, not a line. */
  media?: string | null;
}

/** Every finding: what it does, the sentence, the place, the numbers with their units, the fix. */
export function Findings({ findings, reading, current = null, onChoose, foreign = false, media }: FindingsProps) {
  return (
    <ul className="grid min-w-0 gap-3">
      {findings.map((finding, i) => (
        <li key={`${finding.check}-${finding.code}-${i}`} aria-current={i === current || undefined} className={cx("min-w-0 border-s-2 ps-3", i === current ? "border-blue" : "border-line")}>
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <ClassMark of={finding.class} size={18} />
            <Place finding={finding} reading={reading} media={media} onChoose={onChoose && (() => onChoose(i))} />
            <a href={`/docs/reference/codes/${finding.code}`} className="ms-auto py-0.5 font-mono text-xs break-all text-muted underline-offset-2 hover:underline">
              {finding.code}
            </a>
          </div>
          <p className="mt-1 max-w-[72ch] wrap-anywhere">
            <Sentence>{finding.message}</Sentence>
          </p>
          {measureOf(finding) && <p className="num mt-0.5 text-xs text-muted">{measureOf(finding)}</p>}
          {finding.fix && !foreign && (
            <p className="max-w-[72ch] text-sm wrap-anywhere text-muted">
              <span className="font-medium text-ink">{text.contribute.fix}: </span>
              {finding.fix}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

interface PlaceProps {
  finding: Finding;
  reading?: Reading | null;
  media?: string | null;
  onChoose?: () => void;
}

function Place({ finding, reading, media, onChoose }: PlaceProps) {
  const place = placeOf(finding, reading, media);
  if (!place) return null;
  if (!onChoose || !hasPlace(finding)) return <span className="text-xs text-muted">{place}</span>;
  return (
    <button type="button" onClick={onChoose} className="rounded-sm py-0.5 text-xs text-blue underline underline-offset-2 pointer-coarse:py-2">
      {place}
    </button>
  );
}
