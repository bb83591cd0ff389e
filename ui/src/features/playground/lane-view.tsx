import { useEffect, useRef } from "react";
import type { Model } from "@/api/types";
import { Select } from "@/components/ui/field";
import { FormProblem } from "@/components/ui/states";
import { cx } from "@/lib/cx";
import { text } from "@/text";
import type { LaneState } from "./use-lane";

const t = text.playground;

interface LaneViewProps {
  label: string;
  models: Model[];
  model: Model | undefined;
  onModel: (id: string | undefined) => void;
  lane: LaneState;
  optional?: boolean;
}

/** One model's answers. */
export function LaneView({ label, models, model, onModel, lane, optional = false }: LaneViewProps) {
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (lane.busy && lane.turns.length > 0) end.current?.scrollIntoView({ block: "nearest" });
  }, [lane.busy, lane.turns]);
  return (
    <section aria-label={label} className="flex min-h-64 min-w-0 flex-col rounded-md border border-line bg-surface">
      <div className="border-b border-line p-3">
        <Select aria-label={label} value={model?.id ?? ""} onChange={(event) => onModel(event.target.value || undefined)}>
          {optional && <option value="">{t.noModel}</option>}
          {models.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </Select>
      </div>
      <div className="grid grow content-start gap-4 p-4" aria-live="polite" aria-busy={lane.busy}>
        {lane.turns.map((turn, i) => {
          const last = i === lane.turns.length - 1;
          return turn.role === "user" ? (
            <p key={i} className="max-w-[72ch] border-s-2 border-line-strong ps-3 break-words whitespace-pre-wrap text-muted">
              <span className="sr-only">{t.you}: </span>
              {turn.content}
            </p>
          ) : (
            <p key={i} className={cx("max-w-[72ch] break-words whitespace-pre-wrap", last && lane.busy && "after:ms-0.5 after:inline-block after:h-4 after:w-2 after:translate-y-0.5 after:bg-gold-fill after:content-['']")}>
              {turn.content || (last && lane.busy ? <span className="text-muted">{t.thinking}</span> : <span className="text-muted">{t.nothing}</span>)}
            </p>
          );
        })}
        <FormProblem error={lane.error} />
        {!lane.busy && lane.pieces > 0 && <p className="num text-xs text-muted">{t.speed(lane.pieces, lane.seconds.toFixed(1))}</p>}
        <div ref={end} />
      </div>
    </section>
  );
}
