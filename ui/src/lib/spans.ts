import type { Finding } from "@/api/types";

/** A stretch of one line that a finding speaks of; columns count UTF-16 units from 0. */
export interface Mark {
  finding: number;
  from: number;
  to: number;
}

export interface Line {
  /** From 1. */
  number: number;
  text: string;
  marks: Mark[];
}

/** Cuts text into lines and puts every finding's byte range where it belongs. */
export function markLines(source: string, findings: readonly Finding[]): Line[] {
  const encoder = new TextEncoder();
  let byte = 0;
  return source.split("\n").map((text, at) => {
    const start = byte;
    const length = encoder.encode(text).length;
    byte += length + 1;
    const marks = findings.flatMap((finding, index) => {
      const place = textPlace(finding);
      if (!place) return [];
      const from = Math.max(place.start - start, 0);
      const to = Math.min(Math.max(place.end, place.start + 1) - start, length);
      if (from > length || to <= 0 || (from === to && from === length && length > 0)) return [];
      return [{ finding: index, from: columnOf(text, from), to: columnOf(text, to) }];
    });
    return { number: at + 1, text, marks: marks.toSorted((a, b) => a.from - b.from) };
  });
}

/** The bytes of the text a finding speaks of; a page may tell them beside its box. */
export function textPlace(finding: Finding): { start: number; end: number } | null {
  const place = finding.evidence;
  if (place?.kind === "bytes" || place?.kind === "line") return place;
  if (place?.kind !== "page") return null;
  const { start, end } = place as { start?: number; end?: number };
  return start !== undefined && end !== undefined && end > start ? { start, end } : null;
}

/** The UTF-16 column that `bytes` bytes of UTF-8 lead to. */
export function columnOf(text: string, bytes: number): number {
  let seen = 0;
  let column = 0;
  for (const character of text) {
    if (seen >= bytes) break;
    const point = character.codePointAt(0) ?? 0;
    seen += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    column += character.length;
  }
  return column;
}

/** A line as pieces, each with the findings over it; overlapping marks never lose text. */
export function pieces(line: Line): { text: string; findings: number[] }[] {
  const cuts = new Set([0, line.text.length]);
  for (const mark of line.marks) {
    cuts.add(mark.from);
    cuts.add(mark.to);
  }
  const edges = [...cuts].toSorted((a, b) => a - b);
  return edges.slice(0, -1).map((from, i) => {
    const to = edges[i + 1] ?? from;
    const over = line.marks.filter((mark) => mark.from <= from && mark.to >= to && mark.to > mark.from);
    return { text: line.text.slice(from, to), findings: over.map((mark) => mark.finding) };
  });
}

/** Which lines to show when only the surroundings of findings matter. Gaps are `null`. */
export function around(lines: readonly Line[], context = 2): (Line | null)[] {
  const keep = new Set<number>();
  lines.forEach((line, at) => {
    if (line.marks.length === 0) return;
    for (let i = Math.max(0, at - context); i <= Math.min(lines.length - 1, at + context); i += 1) keep.add(i);
  });
  const shown: (Line | null)[] = [];
  let last = -1;
  for (const [at, line] of lines.entries()) {
    if (!keep.has(at)) continue;
    if (at !== last + 1) shown.push(null);
    shown.push(line);
    last = at;
  }
  if (shown.length > 0 && last < lines.length - 1) shown.push(null);
  return shown;
}
