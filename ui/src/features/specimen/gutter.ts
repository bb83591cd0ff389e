import type { Reading } from "@/api/types";
import { ByteText } from "@/lib/bytes";

/** What stands beside the lines of an extracted text: ¶ and number, or the record; null for plain texts. */
export function gutterOf(source: string, reading?: Reading | null): Map<number, string> | null {
  if (!reading?.extracted || reading.spans.length === 0) return null;
  const bytes = new ByteText(source).bytes;
  const gutter = new Map<number, string>();
  let line = 1;
  let at = 0;
  for (const { start, place } of reading.spans) {
    for (; at < start; at += 1) if (bytes[at] === 10) line += 1;
    const label = place.kind === "paragraph" ? `¶${place.number}` : place.kind === "record" ? String(place.line) : `p${place.page}`;
    if (!gutter.has(line)) gutter.set(line, label);
  }
  return gutter;
}
