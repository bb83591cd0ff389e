import type { RunForm, TrainSettings } from "@/api/types";

/** Everything the form holds; what the server gets is made from it. */
export interface RunDraft {
  name: string;
  base: string;
  initAdapter: string;
  source: "release" | "file";
  release: string;
  file: { hash: string; name: string; bytes: number } | null;
  settings: Settings;
  heldOut: number;
  prompts: string;
}

export type Settings = Required<Omit<TrainSettings, "steps" | "warmup_steps" | "eval_every" | "target_modules">> &
  Pick<TrainSettings, "steps" | "warmup_steps" | "eval_every" | "target_modules">;

/** The command line's own defaults. */
export const defaults: Settings = {
  method: "lora",
  learning_rate: 2e-4,
  batch_size: 8,
  accumulation: 1,
  epochs: 3,
  steps: null,
  schedule: "cosine",
  warmup_steps: null,
  weight_decay: 0.01,
  max_grad_norm: 1,
  max_length: 256,
  seed: 42,
  shuffle: true,
  rank: 16,
  alpha: 32,
  dropout: 0.05,
  target_modules: null,
  eval_every: null,
  precision: "f32",
  double_quant: true,
  rslora: false,
  save_every: null,
  packing: false,
  checkpointing: false,
  attribution: null,
  attribution_memory_mb: 512,
  contributor_weights: {},
};

/** A name that says what and when, without a word of one's own. */
export function suggestedName(base: string, data: string, now = new Date()): string {
  const part = (word: string) =>
    word
      .toLowerCase()
      .replaceAll(/[^a-z0-9._-]+/g, "-")
      .replaceAll(/^-+|-+$/g, "")
      .slice(0, 20);
  const time = now.toISOString().slice(5, 16).replaceAll(/[-T:]/g, "");
  return [part(base), part(data), time].filter(Boolean).join("-").slice(0, 60);
}

/** The form the server takes, or none while something needed is missing. */
export function toForm(draft: RunDraft): RunForm | null {
  const data = draft.source === "release" ? draft.release : (draft.file?.hash ?? "");
  if (draft.base === "" || data === "" || draft.name.trim() === "") return null;
  return {
    name: draft.name.trim(),
    base: draft.base,
    init_adapter: draft.initAdapter || null,
    release: draft.source === "release" ? draft.release : null,
    file: draft.source === "file" ? (draft.file?.hash ?? null) : null,
    settings: draft.settings,
    held_out_percent: draft.heldOut,
    prompts: draft.prompts
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean),
  };
}

/** Learning rates lie on a logarithmic scale; the slider moves over exponents. */
export const learningRates = { min: Math.log10(1e-6), max: Math.log10(1e-2) };

export function learningRateAt(position: number): number {
  const exponent = Math.floor(position);
  const mantissa = 10 ** (position - exponent);
  const rounded = Math.round(mantissa * 10) / 10;
  return Number(`${rounded}e${exponent}`);
}

export function positionOf(rate: number): number {
  return Math.min(learningRates.max, Math.max(learningRates.min, Math.log10(rate)));
}

/** Sizes that machines like: each slider step doubles. */
export function powerAt(position: number): number {
  return 2 ** Math.round(position);
}

export function powerOf(value: number): number {
  return Math.log2(Math.max(1, value));
}
