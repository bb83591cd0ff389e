import { describe, expect, test } from "vitest";
import type { Finding } from "@/api/types";
import { measureOf } from "@/lib/measure";
import { placeOf } from "@/lib/place";
import { coded, named, unnamed } from "@/lib/sentence";
import { text } from "@/text";

const id = "01a20007-6034-700b-9484-bf56d30e2a1c";
const finding = (code: string, measured: unknown, threshold: unknown): Finding => ({ check: "S6", version: 1, class: "score", code, measured, threshold, message: "", fix: "" }) as Finding;

describe("the numbers of a finding", () => {
  test("carry their units", () => {
    expect(measureOf(finding("too_loud", -41, -50))).toBe("Found −4.1 LUFS, limit: at most −5 LUFS");
    expect(measureOf(finding("silent", -9625, -6000))).toBe("Found −96.2 dB, limit: at least −60 dB");
    expect(measureOf(finding("audio_truncated", 9488, 28466))).toBe("Found 9.48 s, expected 28.46 s");
    expect(measureOf(finding("image_too_small", 12, 32))).toBe("Found 12 px, limit: at least 32 px");
    expect(measureOf(finding("qr_code", "12.50", "5.00"))).toBe("Found 12.5 %, limit: at most 5 %");
    expect(measureOf(finding("few_words", 1, 50))).toBe("Found 1 word, limit: at least 50 words");
  });
  test("are left to the sentence where they are no plain number", () => {
    expect(measureOf(finding("similar_text", { likeness: 868 }, { likeness: 700 }))).toBeNull();
    expect(measureOf(finding("record_field_missing", { line: 2, field: "completion" }, "a text"))).toBeNull();
    expect(measureOf(finding("a_code_of_tomorrow", 7, 3))).toBeNull();
    expect(measureOf(finding("too_quiet", [1, 2], null))).toBeNull();
  });
});

describe("a sentence of the gate", () => {
  const sentence = `95.0 % of this text and of ${id} are the same.`;
  test("names a submission in words", () => {
    expect(named(sentence)).toEqual([{ text: "95.0 % of this text and of " }, { text: id, id }, { text: " are the same." }]);
    expect(unnamed(sentence, "another one")).toBe("95.0 % of this text and of another one are the same.");
    expect(named("Nothing.")).toEqual([{ text: "Nothing." }]);
  });
  test("shows code as code", () => {
    expect(coded("Run `karat serve`.").map((piece) => piece.kind)).toEqual(["words", "code", "words"]);
  });
  test("words between asterisks are stress, moments of programs are told apart, names with asterisks are left alone", () => {
    const pieces = coded("Submit it without *trial*, or wait until 00:00 UTC (2026-11-22T00:00:00Z); see train-*.parquet and 2*3*4.");
    expect(pieces.filter((piece) => piece.kind !== "words")).toEqual([
      { text: "trial", kind: "stress" },
      { text: "2026-11-22T00:00:00Z", kind: "time" },
    ]);
    expect(pieces.map((piece) => piece.text).join("")).toBe("Submit it without trial, or wait until 00:00 UTC (2026-11-22T00:00:00Z); see train-*.parquet and 2*3*4.");
  });
});

describe("a place in a table", () => {
  const line = { ...finding("record_field_missing", null, null), evidence: { kind: "line", line: 3, start: 2, end: 3 } } as Finding;
  test("is a record, in a text a line", () => {
    expect(placeOf(line, null, "application/vnd.apache.parquet")).toBe(text.specimen.place.record(3));
    expect(placeOf(line, null, "application/jsonl")).toBe(text.specimen.place.line(3));
  });
});
