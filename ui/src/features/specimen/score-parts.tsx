import type { ScorePart } from "@/api/types";
import { Meter } from "@/components/ui/meter";
import { text } from "@/text";

const t = text.specimen;

/** What the score is the mean of, part by part. */
export function ScoreParts({ parts }: { parts: readonly ScorePart[] }) {
  if (parts.length === 0) return null;
  return (
    <div>
      <ul className="grid gap-3">
        {parts.map((part) => {
          const name = t.scoreParts[part.part] ?? part.part;
          const measured = typeof part.value === "number";
          const shown = measured ? String(Math.round((part.value ?? 0) / 10)) : t.scoreNotMeasured;
          return (
            <li key={part.part}>
              <p className="flex justify-between gap-3 text-sm">
                <span>
                  {name} <span className="num text-xs text-muted">× {part.weight}</span>
                </span>
                <span className="num">{shown}</span>
              </p>
              {measured && <Meter value={(part.value ?? 0) / 10} max={100} label={name} shown={shown} tone="gold" className="my-1" />}
              <p className="text-xs break-words text-muted">{part.from}</p>
            </li>
          );
        })}
      </ul>
      <p className="mt-2 text-xs text-muted">{t.scoreHint}</p>
    </div>
  );
}
