import type { Mask } from "@/api/types";
import { ByteText } from "./bytes";

/** One place that was changed, as it is told. */
export interface Change {
  line: number;
  before: string;
  after: string;
}

/** The text with the chosen masks in place, and what changed; of overlapping ones the first counts. */
export function masked(source: string, masks: readonly Mask[]): { text: string; changes: Change[] } {
  const text = new ByteText(source);
  const changes: Change[] = [];
  let out = "";
  let at = 0;
  for (const mask of masks.toSorted((a, b) => a.start - b.start)) {
    if (mask.start < at || mask.end > text.bytes.length) continue;
    out += text.slice(at, mask.start) + mask.replacement;
    changes.push({ line: text.lineOf(mask.start), before: text.slice(mask.start, mask.end), after: mask.replacement });
    at = mask.end;
  }
  return { text: out + text.slice(at, text.bytes.length), changes };
}

const plain = /\.(txt|md|jsonl|csv)$/i;

/** Whether a masked text goes back into a file of the same kind; of a document it becomes a text of its own. */
export function keepsKind(name: string): boolean {
  return plain.test(name);
}

/** `thesis.pdf` → `thesis.md`; a plain text keeps its name. */
export function nameOfText(name: string): string {
  return keepsKind(name) ? name : `${name.replace(/\.[^.]+$/, "")}.md`;
}
