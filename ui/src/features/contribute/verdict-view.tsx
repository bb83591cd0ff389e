import { useMemo, useRef, useState } from "react";
import type { GateOutcome, Modality, PreCheck } from "@/api/types";
import { Note } from "@/components/ui/states";
import { Content } from "@/features/specimen/content";
import { Findings } from "@/features/specimen/findings";
import { NeighbourView } from "@/features/specimen/neighbour";
import { NotRunList } from "@/features/specimen/not-run";
import { ScoreParts } from "@/features/specimen/score-parts";
import { useObjectUrl } from "@/lib/object-url";
import { hasPlace } from "@/lib/place";
import { drawnAt, grouped } from "@/lib/stops";
import { text } from "@/text";
import { CheckTicker } from "./check-ticker";
import { Mending } from "./mending";
import type { Specimen } from "./specimen";
import type { Tray } from "./use-tray";

const t = text.contribute;
const tones: Record<GateOutcome, "amber" | "gold" | "blue"> = { refused: "blue", held: "amber", passed: "gold" };

interface VerdictViewProps {
  specimen: Specimen;
  preCheck: PreCheck;
  modality: Modality;
  tray: Tray;
}

/** What the gate would say, at the places it speaks of, and what can be mended here. */
export function VerdictView({ specimen, preCheck, modality, tray }: VerdictViewProps) {
  const { verdict, preview, nearest, masks } = preCheck;
  // Of another encoding only what it will become is shown; read as it is, it breaks off.
  const reading = preCheck.converted ? null : preCheck.reading;
  const { findings } = verdict;
  const drawn = useMemo(() => drawnAt(findings, masks), [findings, masks]);
  const [current, setCurrent] = useState<number | null>(null);
  const place = useRef<HTMLDivElement>(null);
  function show(finding: number): void {
    setCurrent(finding);
    place.current?.scrollIntoView({ block: "nearest" });
  }
  const sound = useObjectUrl(modality === "audio" ? specimen.file : null);
  const placed = findings.some(hasPlace);
  const shown = Boolean(preview) || (placed && Boolean(reading));
  const refused = verdict.outcome === "refused";
  const parts = refused ? [] : (verdict.parts ?? []);
  const content = <Content reading={reading} preview={preview} sound={sound} name={specimen.file.name} findings={drawn.findings} current={current} onChoose={setCurrent} />;
  return (
    <>
      <Note tone={tones[verdict.outcome]}>
        <strong className="font-medium">{t.would[verdict.outcome]}</strong> {typeof verdict.score === "number" && t.score(verdict.score)}
      </Note>
      <CheckTicker verdict={verdict} modality={modality} />
      <Mending specimen={specimen} preCheck={preCheck} tray={tray} />
      {shown && (
        <div ref={place} className="min-w-0 scroll-mt-20">
          <h4 className="mb-2 text-sm font-semibold">{t.places[modality]}</h4>
          {content}
        </div>
      )}
      {findings.length > 0 && (
        <div className="min-w-0">
          <h4 className="mb-2 text-sm font-semibold">{t.findings(grouped(findings).length)}</h4>
          <Findings findings={findings} more={drawn.more} reading={reading} media={verdict.media_type} current={current} onChoose={shown ? show : undefined} />
        </div>
      )}
      {nearest && (
        <details open>
          <summary className="py-1 text-sm font-semibold">{text.specimen.nearest}</summary>
          <NeighbourView neighbour={nearest} reading={reading} preview={preview} sound={sound} />
        </details>
      )}
      {parts.length > 0 && (
        <details>
          <summary className="py-1 text-sm font-semibold">{text.specimen.score}</summary>
          <ScoreParts parts={parts} />
        </details>
      )}
      <NotRunList lines={verdict.not_run} />
      {!shown && reading && (
        <details>
          <summary className="py-1 text-sm font-semibold">{t.whatWasRead}</summary>
          {content}
        </details>
      )}
    </>
  );
}
