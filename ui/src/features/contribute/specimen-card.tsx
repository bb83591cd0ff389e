import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import { useState } from "react";
import { submissionQuery } from "@/api/queries/submission";
import type { GateOutcome, Verdict } from "@/api/types";
import { SubmissionMark } from "@/components/mark/state";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/page";
import { Note } from "@/components/ui/states";
import { bytes } from "@/lib/format";
import { text } from "@/text";
import { CheckTicker } from "./check-ticker";
import { Findings } from "./findings";
import type { Specimen } from "./specimen";
import { SpecimenText } from "./specimen-text";

const tones: Record<GateOutcome, "amber" | "gold" | "blue"> = { refused: "blue", held: "amber", passed: "gold" };

/** One file as a specimen: how far it is, what was found, what became of it. */
export function SpecimenCard({ specimen, onRemove }: { specimen: Specimen; onRemove: () => void }) {
  const { file, stage, preCheck, problem, progress } = specimen;
  const busy = stage === "checking" || stage === "sending";
  return (
    <Card className="grid gap-3">
      <div className="flex items-start gap-3">
        <div className="min-w-0 grow">
          <p className="font-medium break-words">{file.name}</p>
          <p className="num text-xs text-muted">
            {bytes(file.size)} · {text.contribute.stage[stage]}
          </p>
        </div>
        {!busy && (
          <Button look="plain" size="icon" aria-label={text.contribute.remove(file.name)} onClick={onRemove}>
            <X size={16} aria-hidden="true" />
          </Button>
        )}
      </div>
      {busy && <progress className="h-2 w-full accent-(--blue)" max={1} value={progress < 1 ? progress : undefined} aria-label={text.contribute.progress(file.name)} />}
      {problem && (
        <div role="alert" className="rounded-sm border-s-4 border-amber bg-amber-wash px-4 py-3">
          <p className="font-medium">{problem.detail}</p>
          <p>{problem.hint}</p>
        </div>
      )}
      {specimen.submission ? <Result id={specimen.submission} /> : preCheck && <VerdictView verdict={preCheck.verdict} excerpt={preCheck.excerpt ?? null} fileBytes={preCheck.bytes} />}
    </Card>
  );
}

interface VerdictProps {
  verdict: Verdict;
  excerpt: string | null;
  fileBytes: number;
}

function VerdictView({ verdict, excerpt, fileBytes }: VerdictProps) {
  const [current, setCurrent] = useState<number | null>(null);
  const placed = verdict.findings.some((finding) => finding.evidence?.kind === "line" || finding.evidence?.kind === "bytes");
  const cut = excerpt !== null && new TextEncoder().encode(excerpt).length < fileBytes;
  return (
    <>
      <Note tone={tones[verdict.outcome]}>
        <strong className="font-medium">{text.contribute.would[verdict.outcome]}</strong>{" "}
        {verdict.score !== null && verdict.score !== undefined && text.contribute.score(verdict.score)}
      </Note>
      <CheckTicker verdict={verdict} isText={excerpt !== null} />
      {verdict.findings.length > 0 && (
        <div className={placed && excerpt !== null ? "grid gap-4 xl:grid-cols-2" : "grid gap-4"}>
          <div>
            <h3 className="mb-2 text-sm font-semibold">{text.contribute.findings(verdict.findings.length)}</h3>
            <Findings findings={verdict.findings} current={current} onChoose={excerpt === null ? undefined : setCurrent} />
          </div>
          {placed && excerpt !== null && (
            <div className="min-w-0">
              <h3 className="mb-2 text-sm font-semibold">{text.contribute.place}</h3>
              <SpecimenText source={excerpt} findings={verdict.findings} current={current} />
              {cut && <p className="mt-1 text-xs text-muted">{text.contribute.excerptCut}</p>}
            </div>
          )}
        </div>
      )}
    </>
  );
}

function Result({ id }: { id: string }) {
  const query = useQuery(submissionQuery(id));
  const submission = query.data;
  if (!submission) return <p className="text-sm text-muted">{text.common.loading}</p>;
  return (
    <div className="grid gap-3" aria-live="polite">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <SubmissionMark state={submission.state} />
        {submission.score !== null && submission.score !== undefined && <span className="num text-sm text-muted">{text.contribute.score(submission.score)}</span>}
        <Link to="/submissions/$id" params={{ id }} className="ms-auto py-1 text-sm text-blue underline underline-offset-2">
          {text.contribute.openSubmission}
        </Link>
      </div>
      <p className="text-sm">{text.state.submissionMeaning[submission.state]}</p>
      {submission.findings.length > 0 && <Findings findings={submission.findings} />}
    </div>
  );
}
