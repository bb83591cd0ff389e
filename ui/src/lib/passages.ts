/** A stretch of a text, in UTF-16 units. */
export interface Stretch {
  from: number;
  to: number;
}

const WORDS = 5;

interface Word extends Stretch {
  word: string;
}

function wordsOf(source: string): Word[] {
  return [...source.matchAll(/[\p{L}\p{M}\p{N}_]+/gu)].map((match) => ({ word: match[0].toLowerCase(), from: match.index, to: match.index + match[0].length }));
}

function sequences(words: readonly Word[]): string[] {
  return words.slice(0, Math.max(0, words.length - WORDS + 1)).map((_, i) => words.slice(i, i + WORDS).map((w) => w.word).join(" "));
}

function covered(words: readonly Word[], own: readonly string[], other: ReadonlySet<string>): Stretch[] {
  const found: Stretch[] = [];
  own.forEach((sequence, i) => {
    const first = words[i];
    const last = words[i + WORDS - 1];
    if (!other.has(sequence) || !first || !last) return;
    const before = found.at(-1);
    if (before && first.from <= before.to) before.to = last.to;
    else found.push({ from: first.from, to: last.to });
  });
  return found;
}

/** Where two texts say the same: sequences of five equal words, as the gate counts them. */
export function equalPassages(a: string, b: string): [Stretch[], Stretch[]] {
  const [wordsA, wordsB] = [wordsOf(a), wordsOf(b)];
  const [ownA, ownB] = [sequences(wordsA), sequences(wordsB)];
  return [covered(wordsA, ownA, new Set(ownB)), covered(wordsB, ownB, new Set(ownA))];
}

/** Beside each equal stretch of one text the stretch of the other that begins to say the same. */
export function counterparts(a: string, b: string, [inA, inB]: [Stretch[], Stretch[]]): number[] {
  const said = (source: string, { from, to }: Stretch) => wordsOf(source.slice(from, to)).map((word) => word.word);
  const others = inB.map((stretch) => ` ${said(b, stretch).join(" ")} `);
  return inA.map((stretch) => Math.max(0, others.findIndex((other) => other.includes(` ${said(a, stretch).slice(0, WORDS).join(" ")} `))));
}

/** The text as pieces; equal ones with the number of their stretch, from 0. */
export function cut(source: string, stretches: readonly Stretch[]): { text: string; equal: boolean; stretch: number }[] {
  const pieces: { text: string; equal: boolean; stretch: number }[] = [];
  let at = 0;
  for (const [stretch, { from, to }] of stretches.entries()) {
    if (from > at) pieces.push({ text: source.slice(at, from), equal: false, stretch: -1 });
    pieces.push({ text: source.slice(from, to), equal: true, stretch });
    at = to;
  }
  if (at < source.length) pieces.push({ text: source.slice(at), equal: false, stretch: -1 });
  return pieces;
}
