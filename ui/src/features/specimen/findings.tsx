import { Link } from "@tanstack/react-router";
import type { Finding, Reading } from "@/api/types";
import { ClassMark } from "@/components/mark/state";
import { cx } from "@/lib/cx";
import { measureOf } from "@/lib/measure";
import { hasPlace, placeOf } from "@/lib/place";
import { type Group, grouped, stopAfter, withoutRow } from "@/lib/stops";
import { text } from "@/text";
import { Sentence } from "./sentence";

const t = text.specimen;
const nothingToDo = /^nothing to do\.?$/i;

interface FindingsProps {
  findings: readonly Finding[];
  /** Beside each finding its further places, as the content draws them. */
  more?: readonly (readonly number[])[];
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
export function Findings({ findings, more, reading, current = null, onChoose, foreign = false, media }: FindingsProps) {
  return (
    <ul className="grid min-w-0 gap-3">
      {grouped(findings).map((group) => {
        const finding = findings[group.first];
        const stops = group.members.flatMap((i) => [i, ...(more?.[i] ?? [])]);
        return finding && <One key={`${finding.code}-${group.first}`} finding={finding} group={group} stops={stops} reading={reading} media={media} foreign={foreign} current={current} onChoose={onChoose} />;
      })}
    </ul>
  );
}

interface OneProps extends Omit<FindingsProps, "findings" | "more"> {
  finding: Finding;
  group: Group;
  /** Every place of it, to be shown one after the other. */
  stops: readonly number[];
}

function One({ finding, group, stops, reading, media, foreign = false, current = null, onChoose }: OneProps) {
  const here = current !== null && stops.includes(current);
  const many = group.members.length > 1;
  const measure = many ? null : measureOf(finding);
  const fix = foreign || nothingToDo.test(finding.fix) ? "" : finding.fix;
  return (
    <li aria-current={here || undefined} className={cx("min-w-0 border-s-2 ps-3", here ? "border-blue" : "border-line")}>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <ClassMark of={finding.class} size={18} />
        <Place finding={finding} reading={reading} media={media} onChoose={onChoose && (() => onChoose(group.first))} />
        {many && <span className="num text-xs text-muted">{group.rows ? t.inRows(group.members.length) : t.inPlaces(group.members.length)}</span>}
        {onChoose && stops.length > 1 && hasPlace(finding) && (
          <button type="button" onClick={() => onChoose(stopAfter(stops, current))} className="num rounded-sm py-0.5 text-xs text-blue underline underline-offset-2 pointer-coarse:py-2">
            {here ? t.nextPlaceOf(stops.indexOf(current) + 1, stops.length) : t.nextPlace}
          </button>
        )}
        <a href={`/docs/reference/codes/${finding.code}`} className="ms-auto py-0.5 font-mono text-xs break-all text-muted underline-offset-2 hover:underline">
          {finding.code}
        </a>
      </div>
      <p className="mt-1 max-w-[72ch] wrap-anywhere">
        <Sentence>{many && group.rows ? withoutRow(finding.message) : finding.message}</Sentence>
        <Other finding={finding} />
      </p>
      {measure && <p className="num mt-0.5 text-xs text-muted">{measure}</p>}
      {fix && (
        <p className="max-w-[72ch] text-sm wrap-anywhere text-muted">
          <span className="font-medium text-ink">{text.contribute.fix}: </span>
          {fix}
        </p>
      )}
    </li>
  );
}

/** The way to the submission a finding is about, where its sentence has none. */
function Other({ finding }: { finding: Finding }) {
  const { evidence } = finding;
  if (evidence?.kind !== "submission" || finding.message.includes(evidence.id)) return null;
  return (
    <>
      {" "}
      <Link to="/submissions/$id" params={{ id: evidence.id }} className="text-blue underline underline-offset-2">
        {text.specimen.nearestOpen}
      </Link>
    </>
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
