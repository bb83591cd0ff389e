import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import { useState } from "react";
import type { Modality, Problem } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Field, TextArea } from "@/components/ui/field";
import { Card } from "@/components/ui/page";
import { Words } from "@/components/ui/words";
import { bytes } from "@/lib/format";
import { text } from "@/text";
import { MadeNote } from "./made-note";
import { Result } from "./result";
import { headOf, type Specimen } from "./specimen";
import type { Tray } from "./use-tray";
import { VerdictView } from "./verdict-view";

const t = text.contribute;

interface SpecimenCardProps {
  specimen: Specimen;
  modality: Modality;
  tray: Tray;
}

/** One file as a specimen: how far it is, what was found, what became of it. */
export function SpecimenCard({ specimen, modality, tray }: SpecimenCardProps) {
  const { file, stage, preCheck, problem, progress, key } = specimen;
  const busy = stage === "checking" || stage === "sending";
  return (
    <Card className="grid min-w-0 gap-3">
      <div className="flex items-start gap-3">
        <div className="min-w-0 grow">
          <h3 id={headOf(key)} tabIndex={-1} className="font-medium break-words">
            {file.name}
          </h3>
          <p className="num text-xs text-muted" aria-live="polite">
            {bytes(file.size)} · {t.stage[stage]}
          </p>
        </div>
        {!busy && (
          <Button look="plain" size="icon" aria-label={t.remove(file.name)} onClick={() => tray.remove(key)}>
            <X size={16} aria-hidden="true" />
          </Button>
        )}
      </div>
      {busy && <progress className="h-2 w-full accent-(--blue)" max={1} value={progress < 1 ? progress : undefined} aria-label={t.progress(file.name)} />}
      {specimen.made && <MadeNote made={specimen.made} />}
      {problem && <Failed problem={problem} busy={tray.busy !== null} onRetry={() => void tray.retry(specimen)} />}
      {modality === "audio" && stage !== "sent" && <Transcript specimen={specimen} busy={busy} onChange={(said) => tray.transcribe(key, said)} />}
      {specimen.submission ? <Result id={specimen.submission} /> : preCheck && <VerdictView specimen={specimen} preCheck={preCheck} modality={modality} tray={tray} />}
    </Card>
  );
}

/** Why it was not checked or sent, and what to do. */
function Failed({ problem, busy, onRetry }: { problem: Problem; busy: boolean; onRetry: () => void }) {
  const out = problem.status === 401;
  return (
    <div role="alert" className="grid gap-2 rounded-sm border-s-4 border-amber bg-amber-wash px-4 py-3">
      <p className="font-medium">{out ? t.signedOutCard : <Words>{problem.detail}</Words>}</p>
      <p>{out ? t.signedOutHint : <Words>{problem.hint}</Words>}</p>
      {out ? (
        <Link to="/sign-in" search={{ next: window.location.pathname + window.location.search }} className="w-fit text-blue underline underline-offset-2 pointer-coarse:py-2">
          {text.account.signIn}
        </Link>
      ) : (
        <Button size="sm" className="w-fit" disabled={busy} onClick={onRetry}>
          {text.common.tryAgain}
        </Button>
      )}
    </div>
  );
}

function Transcript({ specimen, busy, onChange }: { specimen: Specimen; busy: boolean; onChange: (said: string) => void }) {
  // What was kept from before is in sight again.
  const [open] = useState(specimen.transcript !== "");
  return (
    <details open={open}>
      <summary className="py-1 text-sm text-blue">{t.transcriptAdd}</summary>
      <Field label={t.transcript} hint={t.transcriptHint} className="mt-1">
        {(ids) => <TextArea {...ids} value={specimen.transcript} disabled={busy} onChange={(event) => onChange(event.target.value)} />}
      </Field>
    </details>
  );
}
