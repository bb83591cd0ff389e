import type { FindingClass } from "@/api/types";
import { classTone } from "@/components/mark/state";
import type { Tone } from "@/components/mark/punch";

/** Colour of a box or a range on a drawing, by what the finding does. */
export function strokeOf(of: FindingClass): string {
  const tones: Record<Tone, string> = {
    gold: "var(--gold-fill)",
    blue: "var(--blue)",
    amber: "var(--amber-fill)",
    red: "var(--red)",
    muted: "var(--line-strong)",
    ink: "var(--red)",
  };
  return tones[classTone(of)];
}
