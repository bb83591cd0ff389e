import { describe, expect, test } from "vitest";
import type { PreCheck, Verdict } from "@/api/types";
import { checkLines } from "@/features/contribute/checks";
import { isSendable, type Specimen, tray } from "@/features/contribute/specimen";
import { ProblemError } from "@/lib/problem";

const verdict = (outcome: Verdict["outcome"]): Verdict => ({ outcome, score: null, score_version: "v0", gate_version: 1, media_type: "text/plain", findings: [], not_run: [] });
const checked = (outcome: Verdict["outcome"]): PreCheck => ({ file_name: "a.txt", bytes: 3, verdict: verdict(outcome), excerpt: "abc" });
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
    const worst = checkLines(found, true).map((line) => line.worst);
    expect(worst.filter(Boolean)).toEqual(["refuse"]);
  });
  test("leave the text's checks out for media", () => {
    expect(checkLines(found, false).length).toBeLessThan(checkLines(found, true).length);
  });
  test("a check nobody grouped counts as quality", () => {
    const odd = { ...found, findings: found.findings.map((one) => ({ ...one, check: "T99", class: "score" as const })) };
    expect(checkLines(odd, true).at(-1)?.worst).toBe("score");
  });
});
