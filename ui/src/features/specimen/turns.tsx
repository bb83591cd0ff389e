import { useEffect, useMemo, useRef, useState } from "react";
import type { Finding } from "@/api/types";
import { classTone } from "@/components/mark/state";
import { toneText } from "@/components/mark/punch";
import { Button } from "@/components/ui/button";
import { Segmented } from "@/components/ui/segmented";
import { cx } from "@/lib/cx";
import { type Line, markLines } from "@/lib/spans";
import { markedIn, recordsOf, type TurnRecord, unescaped } from "@/lib/turns";
import { text } from "@/text";
import { washes } from "./text-line";
import { SpecimenText, type SpecimenTextProps } from "./specimen-text";

const t = text.specimen;
const MANY = 100;

/** Records of a conversation as it was held, or the lines of the file as they are. */
export default function Turns(props: SpecimenTextProps) {
  const { source } = props;
  const records = useMemo(() => recordsOf(source), [source]);
  const [view, setView] = useState<"turns" | "raw">("turns");
  if (!records) return <SpecimenText {...props} />;
  return (
    <div className="min-w-0">
      <div className="mb-2">
        <Segmented
          label={t.view}
          value={view}
          onChange={setView}
          options={[
            { value: "turns", label: t.turns },
            { value: "raw", label: t.raw },
          ]}
        />
      </div>
      {view === "turns" ? <Spoken {...props} records={records} /> : <SpecimenText {...props} />}
    </div>
  );
}

function Spoken({ source, findings, current = null, className, name, cut, records }: SpecimenTextProps & { records: readonly TurnRecord[] }) {
  const lines = useMemo(() => new Map(markLines(source, findings).map((line) => [line.number, line])), [source, findings]);
  const [most, setMost] = useState(MANY);
  const box = useRef<HTMLDivElement>(null);
  const wanted = current === null ? -1 : records.findIndex((record) => lines.get(record.line)?.marks.some((mark) => mark.finding === current));
  // What is pointed at is laid out, however far down it stands.
  if (wanted >= most) setMost(wanted + MANY);
  useEffect(() => {
    const places = current === null ? null : box.current?.querySelectorAll<HTMLElement>(`[data-finding~="${current}"]`);
    // The words themselves, if they could be found in what is said; else the record.
    const mark = places?.[places.length - 1];
    if (mark && box.current) box.current.scrollTop += mark.getBoundingClientRect().top - box.current.getBoundingClientRect().top - box.current.clientHeight / 3;
  }, [current]);
  return (
    <>
      {/* Long text scrolls; the region is reachable by keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div ref={box} role="region" aria-label={text.contribute.lines(name)} tabIndex={0} className={cx("max-h-96 overflow-auto rounded-sm border border-line bg-paper py-2", className)}>
        <ol>
          {records.slice(0, most).map((record) => (
            <Record key={record.line} record={record} line={lines.get(record.line)} findings={findings} current={current} />
          ))}
        </ol>
        {records.length > most && (
          <Button look="plain" size="sm" className="ms-14 text-blue" onClick={() => setMost(most + 4 * MANY)}>
            {text.common.more}
          </Button>
        )}
      </div>
      {cut && <p className="mt-1 text-xs text-muted">{text.contribute.excerptCut}</p>}
    </>
  );
}

interface RecordProps {
  record: TurnRecord;
  line: Line | undefined;
  findings: readonly Finding[];
  current: number | null;
}

function Record({ record, line, findings, current }: RecordProps) {
  const marks = line?.marks ?? [];
  const words = marks.map((mark) => ({ words: unescaped(line?.text.slice(mark.from, mark.to) ?? ""), finding: mark.finding }));
  const here = current !== null && marks.some((mark) => mark.finding === current);
  const first = findings[marks[0]?.finding ?? -1];
  return (
    <li data-finding={marks.map((mark) => mark.finding).join(" ") || undefined} title={first?.message} className={cx("grid grid-cols-[3rem_1fr] gap-3 border-b border-line py-2 pe-3 last:border-b-0", first && washes[classTone(first.class)], here && "outline-2 -outline-offset-2 outline-blue")}>
      <span className="num text-end font-mono text-xs leading-5 text-muted select-none">
        <span className="sr-only">{t.place.line(record.line)}</span>
        <span aria-hidden="true">{record.line}</span>
      </span>
      <dl className="grid min-w-0 gap-1.5">
        {record.turns.map((turn, i) => (
          <div key={i} className="min-w-0">
            <dt className="text-xs font-medium text-muted">{turn.role || t.raw}</dt>
            <dd className={cx("break-words whitespace-pre-wrap", turn.role ? "text-sm" : "font-mono text-xs")}>
              {markedIn(turn.text, words).map((piece, k) => {
                const finding = piece.finding === null ? undefined : findings[piece.finding];
                if (!finding) return <span key={k}>{piece.text}</span>;
                const tone = classTone(finding.class);
                return (
                  <mark key={k} data-finding={piece.finding} title={finding.message} className={cx("rounded-xs px-px underline decoration-2 underline-offset-2", washes[tone], toneText[tone], piece.finding === current && "outline-2 outline-blue")}>
                    {piece.text}
                  </mark>
                );
              })}
            </dd>
          </div>
        ))}
      </dl>
    </li>
  );
}
