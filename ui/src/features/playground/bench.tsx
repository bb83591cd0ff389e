import { type FormEvent, type KeyboardEvent, useState } from "react";
import type { Model } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Field, Input, TextArea } from "@/components/ui/field";
import { Segmented } from "@/components/ui/segmented";
import { Slider } from "@/components/ui/slider";
import { text } from "@/text";
import type { Sampling } from "./generate";
import { LaneView } from "./lane-view";
import { useLane } from "./use-lane";

const t = text.playground;

export interface Choice {
  left?: string;
  right?: string;
}

interface BenchProps extends Choice {
  models: Model[];
  onChoose: (choice: Choice) => void;
}

/** The pair to begin with: the newest adapter beside its base. */
export function firstPair(models: readonly Model[], choice: Choice): [Model | undefined, Model | undefined] {
  const byId = (id: string | undefined) => models.find((model) => model.id === id);
  const newest = models.filter((model) => model.kind === "adapter").toSorted((a, b) => b.created_at.localeCompare(a.created_at))[0];
  const left = byId(choice.left) ?? byId(newest?.base ?? undefined) ?? models[0];
  const right = choice.left ? byId(choice.right) : (byId(choice.right) ?? newest);
  return [left, right];
}

export function Bench({ models, left, right, onChoose }: BenchProps) {
  const [one, two] = firstPair(models, { left, right });
  const lanes = [useLane(one), useLane(two)] as const;
  const canChat = (one?.chat ?? true) && (two?.chat ?? true);
  const [mode, setMode] = useState<"chat" | "text" | null>(null);
  const chat = canChat && mode !== "text";
  const silent = [one, two].find((model) => model && !model.chat);
  const [words, setWords] = useState("");
  const [sampling, setSampling] = useState<Sampling>({ temperature: 0.7, max_tokens: 128, seed: 42 });
  const busy = lanes.some((lane) => lane.busy);

  function send(): void {
    if (words.trim() === "" || busy) return;
    for (const lane of lanes) void lane.ask(words, chat, sampling);
    if (chat) setWords("");
  }
  function onKey(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  }
  return (
    <div className="grid gap-x-8 gap-y-6 xl:grid-cols-[1fr_18rem]">
      <div className="min-w-0">
        <div className="grid gap-4 md:grid-cols-2">
          <LaneView label={t.left} models={models} model={one} lane={lanes[0]} onModel={(id) => onChoose({ left: id, right: two?.id })} />
          <LaneView label={t.right} models={models} model={two} lane={lanes[1]} optional onModel={(id) => onChoose({ left: one?.id, right: id })} />
        </div>
        {lanes[0].turns.length === 0 && <Examples onChoose={setWords} />}
        <form
          onSubmit={(event: FormEvent) => {
            event.preventDefault();
            send();
          }}
          className="sticky bottom-0 mt-4 grid gap-3 border-t border-line bg-paper py-3 max-md:bottom-14"
        >
          <Field label={t.message}>
            {(ids) => (
              <TextArea {...ids} className="min-h-16" placeholder={chat ? t.placeholderChat : t.placeholderText} value={words} onChange={(event) => setWords(event.target.value)} onKeyDown={onKey} />
            )}
          </Field>
          <div className="flex flex-wrap gap-3">
            <Button look="primary" type="submit" disabled={words.trim() === "" || busy}>
              {t.send}
            </Button>
            {busy && <Button onClick={() => lanes.forEach((lane) => lane.stop())}>{t.stop}</Button>}
            <Button look="plain" disabled={lanes[0].turns.length === 0} onClick={() => lanes.forEach((lane) => lane.clear())}>
              {t.clear}
            </Button>
          </div>
        </form>
      </div>
      <aside aria-label={t.settings} className="grid content-start gap-6">
        <div>
          <Segmented
            label={t.mode}
            value={chat ? "chat" : "text"}
            options={canChat ? [{ value: "chat", label: t.modeChat }, { value: "text", label: t.modeText }] : [{ value: "text", label: t.modeText }]}
            onChange={(next) => setMode(next)}
          />
          {silent && <p className="mt-2 text-xs text-muted">{t.noTemplate(silent.name)}</p>}
        </div>
        <Slider
          label={t.temperature}
          hint={t.temperatureHint}
          value={sampling.temperature}
          min={0}
          max={2}
          step={0.1}
          shown={sampling.temperature.toFixed(1)}
          onChange={(temperature) => setSampling({ ...sampling, temperature })}
        />
        <Slider
          label={t.maxTokens}
          hint={t.maxTokensHint}
          value={sampling.max_tokens}
          min={16}
          max={512}
          step={16}
          shown={t.tokens(sampling.max_tokens)}
          onChange={(tokens) => setSampling({ ...sampling, max_tokens: tokens })}
        />
        <Field label={t.seed} hint={t.seedHint}>
          {(ids) => <Input {...ids} type="number" min={0} value={sampling.seed} onChange={(event) => setSampling({ ...sampling, seed: Number(event.target.value) })} />}
        </Field>
      </aside>
    </div>
  );
}

function Examples({ onChoose }: { onChoose: (words: string) => void }) {
  return (
    <div className="mt-4">
      <p className="mb-2 text-sm text-muted">{t.firstHint}</p>
      <ul className="flex flex-wrap gap-2">
        {t.examples.map((example) => (
          <li key={example}>
            <Button size="sm" onClick={() => onChoose(example)}>
              {example}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
