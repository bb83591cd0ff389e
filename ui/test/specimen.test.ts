import { describe, expect, test } from "vitest";
import type { Finding, Mask, Reading } from "@/api/types";
import { rememberDeclaration, rememberedDeclaration } from "@/features/contribute/remembered";
import { nextPlace } from "@/features/review/review-page";
import { gutterOf } from "@/features/specimen/gutter";
import { beliefOf } from "@/features/specimen/origin";
import { ramp } from "@/features/specimen/sound-draw";
import { masked, nameOfText } from "@/lib/mask";
import { pageOf, sheetsOf } from "@/lib/pages";
import { counterparts, cut, equalPassages } from "@/lib/passages";
import { shareOf } from "@/lib/neighbour";
import { reasonsOf } from "@/lib/not-run";
import { placeOf } from "@/lib/place";
import { clock, instant, levels, soundPicture } from "@/lib/sound";

function finding(evidence: Finding["evidence"], more: Partial<Finding> = {}): Finding {
  return { check: "T16", version: 1, class: "tag", code: "personal_email", measured: null, threshold: null, message: "", fix: "", evidence, ...more };
}

const bytes = (source: string) => new TextEncoder().encode(source).length;

describe("masks", () => {
  const source = "Grüße von ada@example.org\nund von bob@example.org.";
  const at = (words: string): Mask => {
    const start = bytes(source.slice(0, source.indexOf(words)));
    return { start, end: start + bytes(words), kind: "email", replacement: "[e-mail]" };
  };
  test("stand where the server counts bytes, and each change is told with its line", () => {
    const both = masked(source, [at("bob@example.org"), at("ada@example.org")]);
    expect(both.text).toBe("Grüße von [e-mail]\nund von [e-mail].");
    expect(both.changes).toEqual([
      { line: 1, before: "ada@example.org", after: "[e-mail]" },
      { line: 2, before: "bob@example.org", after: "[e-mail]" },
    ]);
  });
  test("what is not chosen stays, what overlaps or lies outside is left alone", () => {
    expect(masked(source, [at("ada@example.org")]).text).toContain("bob@example.org");
    const odd = [at("ada@example.org"), { ...at("example.org"), replacement: "x" }, { start: 900, end: 910, kind: "email", replacement: "y" }];
    expect(masked(source, odd).changes).toHaveLength(1);
  });
  test("the text of a document becomes a file of its own", () => {
    expect([nameOfText("thesis.pdf"), nameOfText("notes.TXT"), nameOfText("a.b.docx")]).toEqual(["thesis.md", "notes.TXT", "a.b.md"]);
  });
});

describe("equal passages", () => {
  test("are sequences of five words, whatever their case and signs", () => {
    const [own, other] = equalPassages("We saw: the quick, brown fox jumps. And left.", "THE QUICK BROWN FOX JUMPS high");
    expect(own.map(({ from, to }) => "We saw: the quick, brown fox jumps. And left.".slice(from, to))).toEqual(["the quick, brown fox jumps"]);
    expect(other).toEqual([{ from: 0, to: 25 }]);
  });
  test("each leads to its counterpart, wherever that stands", () => {
    const a = "one two three four five x six seven eight nine ten";
    const b = "SIX seven eight nine ten y one two three four five";
    expect(counterparts(a, b, equalPassages(a, b))).toEqual([1, 0]);
  });
  test("four equal words are none", () => expect(equalPassages("a b c d x", "a b c d y")).toEqual([[], []]));
  test("cutting loses no text", () => {
    const source = "one two three four five six";
    const pieces = cut(source, [{ from: 4, to: 13 }]);
    expect(pieces.map((piece) => piece.text).join("")).toBe(source);
    expect(pieces.filter((piece) => piece.equal).map((piece) => piece.text)).toEqual(["two three"]);
  });
});

describe("places in a document", () => {
  const reading: Reading = {
    text: "Title ü\nSecond line\nThird",
    cut: false,
    extracted: true,
    spans: [
      { start: 0, end: 8, place: { kind: "page", page: 1, area: [72, 72, 200, 14] } },
      { start: 9, end: 20, place: { kind: "page", page: 2, area: [72, 90, 300, 12] } },
      { start: 21, end: 26, place: { kind: "paragraph", number: 7 } },
    ],
    pages: [
      { width: 595, height: 842 },
      { width: 792, height: 612 },
      { width: 612, height: 792 },
    ],
  };
  test("pages are drawn from their boxes, each as large as it is", () => {
    const sheets = sheetsOf(reading);
    expect(sheets?.map((page) => page.runs.map((run) => run.text))).toEqual([["Title ü"], ["Second line"], []]);
    expect(sheets?.map((page) => [page.number, page.width, page.height])).toEqual([[1, 595, 842], [2, 792, 612], [3, 612, 792]]);
  });
  test("a document without pages has no sheets", () => expect(sheetsOf({ ...reading, spans: [], pages: [] })).toBeNull());
  test("a finding knows its page by itself or by its bytes", () => {
    expect(pageOf(finding({ kind: "page", page: 3, area: [1, 2, 3, 4] } as Finding["evidence"]), reading)).toEqual({ page: 3, area: [1, 2, 3, 4] });
    expect(pageOf(finding({ kind: "line", line: 2, column: 1, start: 10, end: 12 }), reading)?.page).toBe(2);
    expect(pageOf(finding({ kind: "line", line: 3, column: 1, start: 22, end: 23 }), reading)).toBeNull();
  });
  test("two finds in one line have a box each", () => {
    const line = { ...reading, text: "ask ada or bob", spans: [{ start: 0, end: 14, place: { kind: "page" as const, page: 1, area: [100, 50, 140, 12] as [number, number, number, number] } }] };
    const box = (start: number, end: number) => pageOf(finding({ kind: "line", line: 1, column: 1, start, end }), line)?.area;
    expect(box(4, 7)).toEqual([140, 50, 30, 12]);
    expect(box(11, 14)).toEqual([210, 50, 30, 12]);
  });
  test("places are told in the words of the document", () => {
    expect(placeOf(finding({ kind: "line", line: 3, column: 1, start: 22, end: 23 }), reading)).toBe("Paragraph 7");
    expect(placeOf(finding({ kind: "line", line: 3, column: 1, start: 22, end: 23 }))).toBe("Line 3");
    expect(placeOf(finding({ kind: "time", start_ms: 1500, end_ms: 62_000 }))).toBe("0:01.5 to 1:02.0");
    expect(placeOf(finding(null))).toBeNull();
  });
  test("the gutter counts what the document counts", () => {
    expect([...(gutterOf(reading.text, reading) ?? [])]).toEqual([[1, "p1"], [2, "p2"], [3, "¶7"]]);
    expect(gutterOf("plain", { ...reading, extracted: false })).toBeNull();
  });
});

describe("the drawing of a sound", () => {
  test("is read as the gate writes it, and nothing else is", () => {
    const drawn = { duration_ms: 2000, sample_rate: 16_000, channels: 1, peaks: [[-10, 20]], spectrogram: { times: 1, bands: 2, edges_hz: [0, 100, 8000], values: btoa("\u0000\u00ff") } };
    const picture = soundPicture(drawn);
    expect(picture && [...levels(picture)]).toEqual([0, 255]);
    expect(soundPicture({ peaks: "no" })).toBeNull();
    expect(soundPicture(null)).toBeNull();
  });
  test("levels rise from paper over gold to ink", () => {
    const stops: Parameters<typeof ramp>[1] = [[0, 0, 0], [200, 100, 0], [255, 255, 255]];
    expect([ramp(0, stops), ramp(127.5, stops), ramp(255, stops)]).toEqual(stops);
  });
  test("moments", () => expect([clock(7_000), clock(3_723_000), instant(7_250)]).toEqual(["0:07", "1:02:03", "0:07.2"]));
});

describe("in review", () => {
  const here = finding({ kind: "bytes", start: 0, end: 1 });
  test("N walks around the findings that have a place", () => {
    const all = [finding(null), here, finding(null), here];
    expect([nextPlace(all, null), nextPlace(all, 1), nextPlace(all, 3)]).toEqual([1, 3, 1]);
  });
  test("a sign is believed as far as its kind allows", () => {
    const kinds = [finding(null, { check: "I11", code: "signed_manifest" }), finding(null, { check: "S11", code: "generator_named" }), finding(null, { check: "T19" })];
    expect(kinds.map(beliefOf)).toEqual(["signature", "field", "statistic"]);
  });
});

describe("the declaration", () => {
  test("is remembered for each datanet, without consent", () => {
    const given = { licence: "MIT", origin: "collected" as const, source_type: "ai_assisted" as const, consent: true, trial: true };
    rememberDeclaration("one", given);
    expect(rememberedDeclaration("one")).toMatchObject({ licence: "MIT", origin: "collected", source_type: "ai_assisted", consent: false, trial: false });
    rememberDeclaration("two", { ...given, licence: "CC0-1.0" });
    expect([rememberedDeclaration("one").licence, rememberedDeclaration("new").licence]).toEqual(["MIT", "CC0-1.0"]);
  });
  test("names only what the datanet takes", () => {
    rememberDeclaration("one", { licence: "MIT", origin: "own", source_type: "human", consent: true });
    expect(rememberedDeclaration("one", ["CC0-1.0"]).licence).toBe("CC0-1.0");
    expect(rememberedDeclaration("one", ["CC0-1.0", "CC-BY-4.0"]).licence).toBe("");
    expect(rememberedDeclaration("one", ["MIT", "CC0-1.0"]).licence).toBe("MIT");
  });
});

describe("what was not run", () => {
  test("each reason is said once, the one of most checks first", () => {
    const lines = [
      { check: "A8", why: "no scanner" },
      { check: "T13", why: "refused" },
      { check: "T14", why: "refused" },
      { check: "T13", why: "refused" },
    ];
    expect(reasonsOf(lines)).toEqual([
      { why: "refused", checks: ["T13", "T14"] },
      { why: "no scanner", checks: ["A8"] },
    ]);
    expect(reasonsOf([])).toEqual([]);
  });
});

describe("what is nearest", () => {
  const near = (likeness: number | null, contained: number | null) => shareOf({ likeness, contained });
  test("a share is told where it says more than the likeness", () => {
    expect(near(300, 850)).toBe(850);
    expect(near(null, 850)).toBe(850);
    expect(near(900, 905)).toBeNull();
    expect(near(900, 400)).toBeNull();
    expect(near(0, 0)).toBeNull();
    expect(near(500, null)).toBeNull();
  });
});
