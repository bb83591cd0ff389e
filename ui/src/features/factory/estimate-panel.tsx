import type { UseQueryResult } from "@tanstack/react-query";
import { glyph, Punch } from "@/components/mark/punch";
import { Copy } from "@/components/ui/copy";
import { Card } from "@/components/ui/page";
import { FormProblem } from "@/components/ui/states";
import { bytes, compact, duration } from "@/lib/format";
import { text } from "@/text";
import type { RunDraft } from "./settings";

const t = text.factory.form;

interface Estimated {
  estimate: { memory_bytes: number; steps: number; seconds: number; trainable: number };
  rows: number;
  command: string;
}

interface EstimatePanelProps {
  draft: RunDraft;
  estimate: UseQueryResult<Estimated>;
  waiting: boolean;
}

/** What the run takes, as the sliders move, and the same run as a command. */
export function EstimatePanel({ draft, estimate, waiting }: EstimatePanelProps) {
  const data = waiting ? undefined : estimate.data;
  const checks: [string, boolean][] = [
    [t.preflightBase, draft.base !== ""],
    [t.preflightData, draft.source === "release" ? draft.release !== "" : draft.file !== null],
    [t.preflightName, draft.name.trim() !== ""],
    [t.preflightEstimate, data !== undefined && !estimate.error],
  ];
  return (
    <Card className="grid gap-4">
      <div>
        <h2 className="mb-1 text-base font-semibold">{t.estimate}</h2>
        <div aria-live="polite" className="num min-h-10">
          {data ? (
            <>
              <p>{t.estimateLine(bytes(data.estimate.memory_bytes), duration(data.estimate.seconds), t.estimateSteps(data.estimate.steps))}</p>
              <p className="text-sm text-muted">
                {text.common.rows(data.rows)} · {t.estimateTrainable(compact(data.estimate.trainable))}
              </p>
            </>
          ) : (
            !estimate.error && <p className="text-muted">{t.estimateWaiting}</p>
          )}
        </div>
        {!waiting && <FormProblem error={estimate.error} />}
      </div>
      <div>
        <h3 className="mb-2 text-sm font-semibold">{t.preflight}</h3>
        <ul className="grid gap-1.5">
          {checks.map(([label, good]) => (
            <li key={label} className={good ? "flex items-center gap-2 text-sm" : "flex items-center gap-2 text-sm text-muted"}>
              <Punch shape="octagon" tone={good ? "gold" : "muted"} size={18} struck={good}>
                {good ? glyph.tick : glyph.dots}
              </Punch>
              {label}
              <span className="sr-only">: {good ? text.common.yes : text.common.no}</span>
            </li>
          ))}
        </ul>
      </div>
      {data && <Command command={data.command} />}
    </Card>
  );
}

export function Command({ command }: { command: string }) {
  return (
    <div>
      <div className="mb-1 flex items-center justify-between gap-2">
        <h3 className="text-sm font-semibold">{t.command}</h3>
        <Copy value={command} label={text.common.copyCommand} />
      </div>
      <pre className="rounded-sm bg-sunken p-3 text-xs break-words whitespace-pre-wrap">{command}</pre>
    </div>
  );
}
