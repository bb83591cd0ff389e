import { Slider } from "@/components/ui/slider";
import { rate } from "@/lib/format";
import { text } from "@/text";
import { learningRateAt, learningRates, positionOf, powerAt, powerOf, type Settings } from "./settings";

const t = text.factory.form;

interface SlidersProps {
  settings: Settings;
  set: (part: Partial<Settings>) => void;
  /** The base's longest context. */
  context: number;
}

/** The few settings worth a thought; the loss and the estimate answer at once. */
export function Sliders({ settings, set, context }: SlidersProps) {
  const longest = Math.max(5, Math.floor(powerOf(Math.max(32, context))));
  return (
    <div className="grid gap-x-10 gap-y-6 sm:grid-cols-2">
      <Slider
        label={t.learningRate}
        hint={t.learningRateHint}
        value={positionOf(settings.learning_rate)}
        min={learningRates.min}
        max={learningRates.max}
        step={0.05}
        shown={rate(settings.learning_rate)}
        onChange={(position) => set({ learning_rate: learningRateAt(position) })}
      />
      <Slider
        label={t.epochs}
        hint={t.epochsHint}
        value={settings.epochs}
        min={0.5}
        max={10}
        step={0.5}
        shown={t.epochsShown(settings.epochs)}
        onChange={(epochs) => set({ epochs })}
      />
      <Slider
        label={t.batch}
        hint={t.batchHint}
        value={powerOf(settings.batch_size)}
        min={0}
        max={6}
        step={1}
        shown={t.batchShown(settings.batch_size)}
        onChange={(position) => set({ batch_size: powerAt(position) })}
      />
      <Slider
        label={t.length}
        hint={t.lengthHint}
        value={Math.min(longest, powerOf(settings.max_length))}
        min={5}
        max={longest}
        step={1}
        shown={t.lengthShown(settings.max_length)}
        onChange={(position) => set({ max_length: powerAt(position) })}
      />
      {settings.method !== "full" && (
        <Slider
          label={t.rank}
          hint={t.rankHint}
          value={powerOf(settings.rank)}
          min={0}
          max={8}
          step={1}
          shown={String(settings.rank)}
          onChange={(position) => set({ rank: powerAt(position), alpha: powerAt(position) * 2 })}
        />
      )}
    </div>
  );
}
