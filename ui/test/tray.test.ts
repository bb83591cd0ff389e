import { describe, expect, test } from "vitest";
import type { PreCheck, Verdict } from "@/api/types";
import { checkLines, namesCheck } from "@/features/contribute/checks";
import { isSendable, leftOf, MOST_FILES, type Specimen, tray, twice } from "@/features/contribute/specimen";
import { ProblemError } from "@/lib/problem";
import { text } from "@/text";

const verdict = (outcome: Verdict["outcome"]): Verdict => ({ outcome, score: null, score_version: "v0", gate_version: 1, media_type: "text/plain", findings: [], not_run: [] });
const checked = (outcome: Verdict["outcome"]): PreCheck => ({ file_name: "a.txt", bytes: 3, verdict: verdict(outcome), masks: [] });
const laid = tray([], { do: "add", files: [new File(["abc"], "a.txt"), new File(["de"], "b.txt")] });
const [first, second] = laid as [Specimen, Specimen];

describe("the tray", () => {
  test("holds files in their order", () => expect(laid.map((item) => item.file.name)).toEqual(["a.txt", "b.txt"]));
  test("what the gate would refuse is not sent", () => {
    const after = tray(laid, { do: "checked", key: first.key, preCheck: checked("refused") });
    expect(after.map(isSendable)).toEqual([false, true]);
  });
  test("what would be held may be sent", () => {
    const after = tray(laid, { do: "checked", key: first.key, preCheck: checked("held") });
    expect(after.every(isSendable)).toBe(true);
  });
  test("another declaration asks for another check", () => {
    const refused = tray(laid, { do: "checked", key: first.key, preCheck: checked("refused") });
    expect(tray(refused, { do: "redeclare" }).every(isSendable)).toBe(true);
  });
  test("a masked file takes the place of the original and asks for a check", () => {
    const refused = tray(laid, { do: "checked", key: first.key, preCheck: checked("refused") });
    const made = { how: "masked" as const, from: "a.txt", changes: [{ line: 1, before: "a@b.org", after: "[e-mail]" }] };
    const after = tray(refused, { do: "replace", key: first.key, file: new File(["x"], "a.txt"), made });
    expect(after[0]).toMatchObject({ stage: "waiting", preCheck: null, made });
    expect(after).toHaveLength(2);
  });
  test("takes no more files than a day does", () => {
    const many = Array.from({ length: 30 }, (_, i) => new File(["a"], `${i}.txt`));
    expect(tray(laid, { do: "add", files: many })).toHaveLength(MOST_FILES);
  });
  test("another transcript asks for another check", () => {
    const after = tray(tray(laid, { do: "checked", key: first.key, preCheck: checked("held") }), { do: "transcribe", key: first.key, transcript: "Hello." });
    expect(after[0]).toMatchObject({ stage: "waiting", transcript: "Hello.", preCheck: null });
  });
  test("an error takes nothing off it and says why", () => {
    const error = new ProblemError({ status: 429, code: "quota_files_spent", detail: "20 of 20 files.", hint: "Tomorrow." });
    const after = tray(laid, { do: "failed", key: second.key, error });
    expect(after).toHaveLength(2);
    expect(after[1]).toMatchObject({ stage: "failed", problem: { code: "quota_files_spent" } });
    expect(after.every(isSendable)).toBe(true);
  });
});

describe("the checks that tick past", () => {
  const found = { ...verdict("refused"), findings: [{ check: "T15", version: 1, class: "refuse" as const, code: "private_key", measured: null, threshold: null, message: "", fix: "" }] };
  test("show the gravest finding of each group once", () => {
    const worst = checkLines(found, "text").map((line) => line.worst);
    expect(worst.filter(Boolean)).toEqual(["refuse"]);
  });
  test("leave the text's checks out for media", () => {
    const labels = checkLines(found, "image").map((line) => line.label);
    expect(labels).not.toContain(text.contribute.groups.hidden);
    expect(labels).toContain(text.contribute.groups.picture);
  });
  test("a check nobody grouped counts under the score", () => {
    const odd = { ...found, findings: found.findings.map((one) => ({ ...one, check: "T99", class: "score" as const })) };
    expect(checkLines(odd, "text").at(-1)?.worst).toBe("score");
  });
});

describe("a text that could not be read", () => {
  const content = ["T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "T10", "T11", "T13", "T14", "T15", "T16", "T17", "T18", "T20"];
  const unread = { ...verdict("refused"), not_run: content.map((check) => ({ check, why: "the content could not be read" })) };
  test("has no tick for anything behind the door but its declaration", () => {
    const ticked = checkLines(unread, "text").filter((line) => !line.notRun && line.worst === null);
    const { door, declaration, source } = text.contribute.groups;
    expect(ticked.map((line) => line.label)).toEqual([door, declaration, source]);
  });
});

test("a file that lies there already, or comes twice, is told", () => {
  const old = new File(["abc"], "a.txt", { lastModified: 5 });
  const there = tray([], { do: "add", files: [old] });
  const again = new File(["xyz"], "a.txt", { lastModified: 5 });
  const other = new File(["abc"], "a.txt", { lastModified: 6 });
  expect(twice(there, [again, other, other])).toEqual([again, other]);
  expect(twice(there.map((item) => ({ ...item, stage: "sent" as const })), [again])).toEqual([]);
});

test.each([
  ["I3–I10", "I7", true],
  ["I3-I10", "I11", false],
  ["content", "S4", true],
  ["content", "A5", false],
  ["T13", "T1", false],
])("not run: %s names %s: %s", (entry, check, named) => expect(namesCheck(entry, check)).toBe(named));

describe("a tray that was left", () => {
  const sent = { ...first, stage: "sent" as const, submission: "1" };
  test("keeps what was not sent, with its transcript", () => {
    expect(leftOf([sent, { ...second, transcript: "Hello." }])).toEqual([{ file: second.file, made: null, transcript: "Hello." }]);
  });
  test("is laid down again before what came since, unchecked", () => {
    const again = tray(tray([], { do: "add", files: [new File(["new"], "c.txt")] }), { do: "restore", kept: leftOf(laid) });
    expect(again.map((item) => [item.file.name, item.stage])).toEqual([["a.txt", "waiting"], ["b.txt", "waiting"], ["c.txt", "waiting"]]);
  });
});

test("a name in a recording's tags is a trace, not how it was made", () => {
  const tagged = { ...verdict("passed"), score: 90, findings: [{ check: "S11", version: 1, class: "tag" as const, code: "personal_metadata", measured: null, threshold: null, message: "", fix: "" }] };
  const worst = (label: string) => checkLines(tagged, "audio").find((line) => line.label === label)?.worst;
  expect([worst(text.contribute.groups.metadata), worst(text.contribute.groups.source)]).toEqual(["tag", null]);
});

describe("words for what did not happen", () => {
  test("a refused file has no score, a recording no transcript", () => {
    const lines = checkLines({ ...verdict("refused"), not_run: [{ check: "S10", why: "no transcript" }] }, "audio");
    const word = (label: string) => lines.find((line) => line.label === label)?.word;
    expect(word(text.contribute.groups.score)).toBe(text.contribute.notScored);
    expect(word(text.contribute.groups.transcript)).toBe(text.contribute.noTranscript);
  });
});
