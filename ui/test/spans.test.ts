import { describe, expect, test } from "vitest";
import type { Finding } from "@/api/types";
import { around, markLines, pieces } from "@/lib/spans";

function finding(start: number, end: number): Finding {
  return { check: "T15", version: 1, class: "refuse", code: "private_key", measured: null, threshold: null, message: "", fix: "", evidence: { kind: "bytes", start, end } };
}

/** What is marked, line by line. */
function marked(source: string, start: number, end: number): string[] {
  return markLines(source, [finding(start, end)]).map((line) => line.marks.map((mark) => line.text.slice(mark.from, mark.to)).join("|"));
}

function byteAt(source: string, words: string): [number, number] {
  const encoder = new TextEncoder();
  const start = encoder.encode(source.slice(0, source.indexOf(words))).length;
  return [start, start + encoder.encode(words).length];
}

describe("byte ranges find their place", () => {
  test.each([
    ["plain text here", "text"],
    ["é ü before the key", "key"],
    ["🥖 astral 🥖 signs", "signs"],
    ["one\ntwo\nthree", "two"],
    ["ends with it", "it"],
  ])("%j → %j", (source, words) => {
    const [start, end] = byteAt(source, words);
    expect(marked(source, start, end).filter(Boolean)).toEqual([words]);
  });
  test("a range over lines marks each of them", () => {
    const source = "aa\nbb\ncc";
    expect(marked(source, 1, 7)).toEqual(["a", "bb", "c"]);
  });
});

test("overlapping findings lose no text", () => {
  const lines = markLines("abcdef", [finding(0, 4), finding(2, 6)]);
  const cut = pieces(lines[0] ?? { number: 1, text: "", marks: [] });
  expect(cut.map((piece) => [piece.text, piece.findings])).toEqual([
    ["ab", [0]],
    ["cd", [0, 1]],
    ["ef", [1]],
  ]);
});

test("only the surroundings of findings are shown, gaps are told", () => {
  const source = Array.from({ length: 20 }, (_, i) => `line ${i + 1}`).join("\n");
  const [start, end] = byteAt(source, "line 10");
  const shown = around(markLines(source, [finding(start, end)]));
  expect(shown.map((line) => line?.number ?? null)).toEqual([null, 8, 9, 10, 11, 12, null]);
});
