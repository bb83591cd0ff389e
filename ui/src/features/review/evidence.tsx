import type { ReviewItem } from "@/api/types";
import { Kbd } from "@/components/ui/kbd";
import { Section } from "@/components/ui/page";
import { Findings } from "@/features/specimen/findings";
import { NotRunList } from "@/features/specimen/not-run";
import { OriginSigns } from "@/features/specimen/origin";
import { ScoreParts } from "@/features/specimen/score-parts";
import { hasPlace } from "@/lib/place";
import { text } from "@/text";

const t = text.review;

interface EvidenceProps {
  item: ReviewItem;
  current: number | null;
  onChoose: (index: number) => void;
}

/** Everything that speaks for or against the item; what holds it comes first. */
export function Evidence({ item, current, onChoose }: EvidenceProps) {
  const { submission, reading } = item;
  const { findings } = submission;
  const placed = findings.filter(hasPlace).length;
  const { parts } = submission;
  return (
    <div className="min-w-0">
      <Section title={t.evidence} hint={placed > 0 ? t.evidenceHint(placed) : undefined}>
        {findings.length > 0 ? <Findings foreign findings={findings} media={submission.media_type} reading={reading} current={current} onChoose={onChoose} /> : <p className="text-muted">{t.noFindings}</p>}
      </Section>
      <Section title={text.specimen.origin.title}>
        <OriginSigns submission={submission} />
      </Section>
      {parts.length > 0 && (
        <Section title={text.specimen.score}>
          <ScoreParts parts={parts} />
        </Section>
      )}
      <NotRunList lines={submission.not_run} className="mb-10" />
    </div>
  );
}

/** The keys that work here, with those of the picture or the sound. */
export function Keys({ kind }: { kind: "image" | "audio" | "text" }) {
  const more = kind === "image" ? t.keysImage : kind === "audio" ? t.keysAudio : [];
  return (
    <Section title={t.keys} className="max-lg:hidden">
      <dl className="grid grid-cols-2 gap-x-4 gap-y-1.5 text-xs text-muted">
        {[...t.keysList, ...more].map(([key, what]) => (
          <div key={key} className="flex items-center gap-2">
            <dt>
              <Kbd>{key}</Kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
