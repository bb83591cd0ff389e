import { Slider as Radix } from "radix-ui";
import { type ReactNode, useId } from "react";

interface SliderProps {
  label: string;
  hint: ReactNode;
  value: number;
  min: number;
  max: number;
  step: number;
  /** What the value says to a person: "2e-4", "3 epochs". */
  shown: string;
  onChange: (value: number) => void;
}

/** A slider that says its value in words and explains itself in one line. */
export function Slider({ label, hint, value, min, max, step, shown, onChange }: SliderProps) {
  const id = useId();
  return (
    <div className="grid content-start gap-1">
      <div className="flex items-baseline justify-between gap-3">
        <span id={id} className="text-sm font-medium">
          {label}
        </span>
        <output className="num font-mono text-sm">{shown}</output>
      </div>
      <Radix.Root
        className="relative flex h-6 touch-none items-center select-none pointer-coarse:h-9"
        value={[value]}
        min={min}
        max={max}
        step={step}
        onValueChange={([next]) => next !== undefined && onChange(next)}
      >
        <Radix.Track className="relative h-2 grow rounded-sm border border-line-strong bg-sunken">
          <span aria-hidden="true" className="scale absolute inset-x-0 -bottom-1.5 h-1 opacity-50" />
          <Radix.Range className="absolute h-full rounded-sm bg-blue" />
        </Radix.Track>
        <Radix.Thumb
          aria-labelledby={id}
          aria-describedby={`${id}-hint`}
          aria-valuetext={shown}
          className="block size-5 rotate-45 rounded-sm border-2 border-blue bg-surface shadow-lift"
        />
      </Radix.Root>
      <p id={`${id}-hint`} className="text-xs text-muted">
        {hint}
      </p>
    </div>
  );
}
