import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { extractQuery, isMoving, previewQuery, soundOf } from "@/api/queries/submission";
import type { Submission } from "@/api/types";
import { Section } from "@/components/ui/page";
import { Content } from "@/features/specimen/content";
import { Findings } from "@/features/specimen/findings";
import { OriginSigns } from "@/features/specimen/origin";
import { ScoreParts } from "@/features/specimen/score-parts";
import { useFetchedUrl } from "@/lib/fetched-url";
import { grouped } from "@/lib/stops";
import { text } from "@/text";

const t = text.contribute;

/** Findings and the content beside each other, as on the tray. */
export function Shown({ submission, mine }: { submission: Submission; mine: boolean }) {
  const { id, findings } = submission;
  const media = /^(image|audio)\//.test(submission.media_type ?? "");
  const settled = !isMoving(submission.state);
  const extract = useQuery({ ...extractQuery(id), enabled: settled && !media });
  const preview = useQuery({ ...previewQuery(id), enabled: settled && media });
  const sound = useFetchedUrl(preview.data?.kind === "sound" ? soundOf(id) : null);
  const [current, setCurrent] = useState<number | null>(null);
  const reading = extract.data;
  const { parts } = submission;
  const refused = submission.state === "refused";
  return (
    <>
      <Section title={t.findingsTitle} hint={t.findings(grouped(findings).length)}>
        <Findings findings={findings} reading={reading} media={submission.media_type} foreign={!mine} current={current} onChoose={reading || preview.data ? setCurrent : undefined} />
      </Section>
      {(reading || preview.data) && (
        <Section title={text.specimen.content}>
          <Content reading={reading} preview={preview.data} sound={sound} findings={findings} current={current} onChoose={setCurrent} />
        </Section>
      )}
      {(refused || parts.length > 0) && (
        <Section title={text.specimen.score}>{refused ? <p className="text-muted">{text.specimen.scoreRefused}</p> : <ScoreParts parts={parts} />}</Section>
      )}
      <Section title={text.specimen.origin.title}>
        <OriginSigns submission={submission} />
      </Section>
    </>
  );
}
