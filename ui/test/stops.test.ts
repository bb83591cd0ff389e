import { describe, expect, test } from "vitest";
import type { Finding, Mask } from "@/api/types";
import { positionOf } from "@/features/review/use-sitting";
import { isSign } from "@/features/specimen/origin";
import { mediaWord } from "@/lib/media";
import { drawnAt, grouped, stopAfter, withoutRow } from "@/lib/stops";

function finding(more: Partial<Finding>): Finding {
  return { check: "A5", version: 1, class: "refuse", code: "record_shape_unknown", measured: null, threshold: null, message: "", fix: "Rename the fields.", evidence: null, ...more };
}

const at = (line: number, start: number) => ({ kind: "line" as const, line, column: 1, start, end: start + 5 });

describe("findings that say the same", () => {
  const rows = [2, 3, 14].map((line) => finding({ message: `Line ${line}: field (fields): expected messages, found question, answer.`, evidence: at(line, line * 10) }));
  const other = finding({ message: "Line 5: field (fields): expected messages, found title.", evidence: at(5, 50) });
  test("are told once, with the number of rows; what differs stays apart", () => {
    expect(grouped([...rows, other])).toEqual([
      { first: 0, members: [0, 1, 2], rows: true },
      { first: 3, members: [3], rows: true },
    ]);
    expect(withoutRow(rows[0]?.message ?? "")).toBe("Field (fields): expected messages, found question, answer.");
  });
  test("without a place are never one, nor of another class", () => {
    const plain = finding({ message: "1 image left out." });
    expect(grouped([plain, plain])).toHaveLength(2);
    expect(grouped([rows[0], { ...rows[0], class: "hold" }] as Finding[])).toHaveLength(2);
  });
});

describe("every place of a kind", () => {
  const mask = (start: number, kind: string): Mask => ({ start, end: start + 5, kind, replacement: "[x]" });
  const found = finding({ check: "T16", class: "tag", code: "email_address", evidence: at(1, 10) });
  test("is drawn where the masks tell it", () => {
    const drawn = drawnAt([found], [mask(10, "email"), mask(30, "phone"), mask(60, "email"), mask(90, "email")]);
    expect(drawn.more).toEqual([[1, 2]]);
    expect(drawn.findings.map((one) => (one.evidence?.kind === "submission" || !one.evidence ? null : "start" in one.evidence ? one.evidence.start : null))).toEqual([10, 60, 90]);
  });
  test("is not guessed where the finding counts in another text", () => {
    expect(drawnAt([found], [mask(12, "email"), mask(60, "email")])).toEqual({ findings: [found], more: [[]] });
  });
  test("comes round to the first again", () => {
    expect([stopAfter([0, 4, 5], null), stopAfter([0, 4, 5], 4), stopAfter([0, 4, 5], 5)]).toEqual([0, 5, 0]);
  });
});

test("the place in a queue counts what was skipped and what others decided", () => {
  const queue = { done: 0, others: 0, skipped: 0, counted: 9, here: true };
  expect(positionOf(queue)).toEqual({ passed: 0, all: 9, at: 1 });
  expect(positionOf({ ...queue, done: 2, others: 1, skipped: 3 })).toEqual({ passed: 6, all: 9, at: 7 });
  expect(positionOf({ ...queue, skipped: 9, here: false })).toEqual({ passed: 9, all: 9, at: 9 });
  expect(positionOf({ ...queue, done: 9 })).toEqual({ passed: 9, all: 10, at: 10 });
});

test("a name in a tag is no sign of how it was made", () => {
  expect(isSign(finding({ check: "S11", code: "personal_metadata" }))).toBe(false);
  expect(isSign(finding({ check: "S11", code: "generator_named" }))).toBe(true);
});

test("kinds of files are told in words", () => {
  expect(mediaWord("application/vnd.openxmlformats-officedocument.wordprocessingml.document")).toBe("Word document");
  expect([mediaWord("text/plain; charset=utf-8"), mediaWord("model/odd"), mediaWord(null)]).toEqual(["plain text", "model/odd", null]);
});
