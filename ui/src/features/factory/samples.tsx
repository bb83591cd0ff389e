import { useMemo, useState } from "react";
import type { RunSample } from "@/api/types";
import { Segmented } from "@/components/ui/segmented";
import { text } from "@/text";

const t = text.factory.run;

/** Answers pinned under the steps that produced them. */
export function Samples({ samples }: { samples: RunSample[] }) {
  const [prompt, setPrompt] = useState(0);
  const prompts = useMemo(() => new Map(samples.map((sample) => [sample.index, sample.prompt])), [samples]);
  if (samples.length === 0) return <p className="text-muted">{t.samplesEmpty}</p>;
  const shown = samples.filter((sample) => sample.index === prompt);
  return (
    <div>
      <Segmented
        label={t.prompt}
        value={String(prompt)}
        onChange={(value) => setPrompt(Number(value))}
        options={[...prompts.keys()].toSorted((a, b) => a - b).map((index) => ({ value: String(index), label: `${t.prompt} ${index + 1}` }))}
      />
      <p className="mt-3 mb-3 border-s-2 border-line-strong ps-3 text-sm text-muted">{prompts.get(prompt)}</p>
      {/* The answers scroll sideways along the steps; the region is reachable by keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <ol tabIndex={0} aria-label={t.samples} className="flex gap-0 overflow-x-auto pb-2">
        {shown.map((sample) => (
          <li key={sample.step} className="arrive relative w-72 shrink-0 border-t border-gold-fill pt-4 pe-5">
            <span aria-hidden="true" className="absolute -top-[5px] start-0 size-[9px] rotate-45 border border-gold-fill bg-paper" />
            <p className="num mb-1 text-xs font-semibold text-gold">{t.atStep(sample.step)}</p>
            <p className="max-h-56 overflow-hidden text-sm break-words whitespace-pre-wrap">{sample.text.trim() || <span className="text-muted">{t.noAnswer}</span>}</p>
          </li>
        ))}
      </ol>
    </div>
  );
}
