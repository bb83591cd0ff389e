import { Link } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Neighbour, Preview, Reading } from "@/api/types";
import { cx } from "@/lib/cx";
import { counterparts, cut, equalPassages, type Stretch } from "@/lib/passages";
import { useFetchedUrl } from "@/lib/fetched-url";
import { shareOf } from "@/lib/neighbour";
import { soundPicture } from "@/lib/sound";
import { text } from "@/text";
import { Heard } from "./heard";

const t = text.specimen;
/** Sides are compared as far as they are read. */
const MOST = 30_000;

interface NeighbourViewProps {
  neighbour: Neighbour;
  reading?: Reading | null;
  preview?: Preview | null;
  /** Where this recording is heard. */
  sound?: string | null;
}

/** This file and the nearest one beside each other, with what they share marked. */
export function NeighbourView({ neighbour, reading, preview, sound = null }: NeighbourViewProps) {
  const { likeness } = neighbour;
  const share = shareOf(neighbour);
  return (
    <div className="grid gap-2">
      <p className="flex flex-wrap items-baseline gap-x-3 text-sm">
        {typeof likeness === "number" && <span className="num font-medium">{t.nearestLikeness((likeness / 10).toFixed(1))}</span>}
        {share !== null && <span className="num">{t.nearestContained((share / 10).toFixed(1))}</span>}
        {neighbour.submission ? (
          <Link to="/submissions/$id" params={{ id: neighbour.submission }} className="py-0.5 text-blue underline underline-offset-2">
            {t.nearestOpen}
          </Link>
        ) : (
          !neighbour.reading && !neighbour.preview && <span className="text-muted">{t.nearestHidden}</span>
        )}
      </p>
      {reading && neighbour.reading && <Texts own={reading.text.slice(0, MOST)} other={neighbour.reading.text.slice(0, MOST)} />}
      {preview?.kind === "image" && neighbour.preview?.kind === "image" && (
        <div className="grid grid-cols-2 gap-3">
          <Side title={t.yours}>
            <img src={preview.url} alt={t.yours} className="max-h-72 w-full object-contain" />
          </Side>
          <Side title={t.theirs}>
            <img src={neighbour.preview.url} alt={t.theirs} className="max-h-72 w-full object-contain" />
          </Side>
        </div>
      )}
      {preview?.kind === "sound" && neighbour.preview?.kind === "sound" && <Sounds own={preview.sound} other={neighbour.preview.sound} sources={[sound, neighbour.sound_url ?? null]} />}
    </div>
  );
}

interface SoundsProps {
  own: unknown;
  other: unknown;
  /** Where each is heard; this one is at hand, the other is fetched. */
  sources: [string | null, string | null];
}

/** Both recordings drawn one above the other, on one scale of time. */
function Sounds({ own, other, sources }: SoundsProps) {
  const fetched = useFetchedUrl(sources[1]);
  const [a, b] = [soundPicture(own), soundPicture(other)];
  const longest = Math.max(a?.duration_ms ?? 0, b?.duration_ms ?? 0, 1);
  return (
    <>
      <p className="text-xs text-muted">{t.pieceEqual}</p>
      {[a, b].map((picture, i) => {
        const title = i === 0 ? t.yours : t.theirs;
        return picture && <Heard key={title} title={title} picture={picture} source={i === 0 ? sources[0] : fetched} longest={longest} />;
      })}
    </>
  );
}

function Texts({ own, other }: { own: string; other: string }) {
  const equal = useMemo(() => equalPassages(own, other), [own, other]);
  const pairs = useMemo(() => counterparts(own, other, equal), [own, other, equal]);
  const [at, setAt] = useState(0);
  const sides = useRef<HTMLDivElement>(null);
  const [inOwn, inOther] = equal;
  useEffect(() => {
    // Both sides stand at the same passage; only the boxes scroll, the page stays.
    for (const [side, stretch] of [at, pairs[at] ?? 0].entries()) {
      const mark = sides.current?.querySelector<HTMLElement>(`[data-passage="${side}-${stretch}"]`);
      const box = mark?.closest<HTMLElement>("[role=region]");
      if (mark && box) box.scrollTop += mark.getBoundingClientRect().top - box.getBoundingClientRect().top - 24;
    }
  }, [at, pairs]);
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3">
        <p className="text-xs text-muted">{inOwn.length > 0 ? t.nearestHint : t.noEqual}</p>
        {inOwn.length > 1 && (
          <button type="button" onClick={() => setAt((at + 1) % inOwn.length)} className="num rounded-sm py-0.5 text-xs text-blue underline underline-offset-2 pointer-coarse:py-2">
            {t.nextPassage(at + 1, inOwn.length)}
          </button>
        )}
      </div>
      <div ref={sides} className="grid gap-3 sm:grid-cols-2">
        <Side title={t.yours}>
          <Marked source={own} stretches={inOwn} side={0} current={at} />
        </Side>
        <Side title={t.theirs}>
          <Marked source={other} stretches={inOther} side={1} current={pairs[at] ?? 0} />
        </Side>
      </div>
    </>
  );
}

function Side({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div className="min-w-0">
      <h4 className="mb-1 text-xs font-medium text-muted">{title}</h4>
      {/* Long text scrolls; the region is reachable by keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div role="region" aria-label={title} tabIndex={0} className="max-h-72 overflow-auto rounded-sm border border-line bg-paper p-2">
        {children}
      </div>
    </div>
  );
}

interface MarkedProps {
  source: string;
  stretches: readonly Stretch[];
  side: 0 | 1;
  /** The passage both sides stand at. */
  current: number;
}

function Marked({ source, stretches, side, current }: MarkedProps) {
  return (
    <p className="text-xs leading-5 break-words whitespace-pre-wrap">
      {cut(source, stretches).map((piece, i) =>
        piece.equal ? (
          <mark key={i} data-passage={`${side}-${piece.stretch}`} className={cx("bg-amber-wash text-amber", stretches.length > 1 && piece.stretch === current && "underline decoration-2 underline-offset-2")}>
            {piece.text}
          </mark>
        ) : (
          <span key={i}>{piece.text}</span>
        ),
      )}
    </p>
  );
}
