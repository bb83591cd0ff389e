import { ChevronRight } from "lucide-react";
import { Field, Input, Select, TextArea } from "@/components/ui/field";
import { text } from "@/text";
import type { RunDraft, Settings } from "./settings";

const t = text.factory.form;

interface AdvancedProps {
  draft: RunDraft;
  set: (part: Partial<Settings>) => void;
  change: (part: Partial<RunDraft>) => void;
}

interface NumberLine {
  key: "alpha" | "dropout" | "accumulation" | "warmup_steps" | "weight_decay" | "max_grad_norm" | "steps" | "seed" | "eval_every";
  label: string;
  hint?: string;
  min?: number;
  max?: number;
  step?: number | "any";
  /** May be left empty. */
  open?: boolean;
  lora?: boolean;
}

const lines: NumberLine[] = [
  { key: "accumulation", label: t.accumulation, hint: t.accumulationHint, min: 1, step: 1 },
  { key: "warmup_steps", label: t.warmup, hint: t.warmupHint, min: 0, step: 1, open: true },
  { key: "alpha", label: t.alpha, hint: t.alphaHint, min: 0, step: "any", lora: true },
  { key: "dropout", label: t.dropout, hint: t.dropoutHint, min: 0, max: 0.9, step: 0.01, lora: true },
  { key: "weight_decay", label: t.weightDecay, min: 0, step: "any" },
  { key: "max_grad_norm", label: t.maxGradNorm, min: 0, step: "any" },
  { key: "steps", label: t.steps, hint: t.stepsHint, min: 1, step: 1, open: true },
  { key: "eval_every", label: t.evalEvery, hint: t.evalEveryHint, min: 1, step: 1, open: true },
  { key: "seed", label: t.seed, hint: t.seedHint, min: 0, step: 1 },
];

/** The rest of the settings, out of the way until asked for. */
export function Advanced({ draft, set, change }: AdvancedProps) {
  const { settings } = draft;
  return (
    <details className="group mt-8">
      <summary className="flex w-fit items-center gap-2 py-2 font-medium">
        <ChevronRight size={16} aria-hidden="true" className="transition-transform duration-100 group-open:rotate-90 rtl:-scale-x-100" />
        {t.advanced}
      </summary>
      <p className="mb-4 text-sm text-muted">{t.advancedHint}</p>
      <div className="grid gap-x-10 gap-y-5 sm:grid-cols-2">
        <Field label={t.schedule}>
          {(ids) => (
            <Select {...ids} value={settings.schedule} onChange={(event) => set({ schedule: event.target.value as Settings["schedule"] })}>
              {(["cosine", "linear", "constant"] as const).map((schedule) => (
                <option key={schedule} value={schedule}>
                  {t.schedules[schedule]}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t.heldOut} hint={t.heldOutHint}>
          {(ids) => <Input {...ids} type="number" min={0} max={50} value={draft.heldOut} onChange={(event) => change({ heldOut: Number(event.target.value) })} />}
        </Field>
        {lines
          .filter((line) => !line.lora || settings.method !== "full")
          .map((line) => (
            <Field key={line.key} label={line.label} hint={line.hint}>
              {(ids) => (
                <Input
                  {...ids}
                  type="number"
                  min={line.min}
                  max={line.max}
                  step={line.step}
                  value={settings[line.key] ?? ""}
                  onChange={(event) => {
                    const written = event.target.value;
                    if (written !== "" || line.open) set({ [line.key]: written === "" ? null : Number(written) });
                  }}
                />
              )}
            </Field>
          ))}
        <Field label={t.prompts} hint={t.promptsHint} className="sm:col-span-2">
          {(ids) => <TextArea {...ids} value={draft.prompts} onChange={(event) => change({ prompts: event.target.value })} />}
        </Field>
      </div>
    </details>
  );
}
