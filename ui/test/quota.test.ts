import { expect, test } from "vitest";
import { fitting, isSpent, leftOf, quotaLine, resetLine } from "@/lib/quota";

const quota = {
  files_used: 17,
  files_limit: 20,
  bytes_used: 1_200_000,
  bytes_limit: 10_000_000,
  trial_used: 0,
  trial_limit: 5,
  attempts_used: 20,
  attempts_limit: 100,
  resets_at: "2026-11-22T00:00:00Z",
};

test("says what is left", () => {
  expect(quotaLine(quota)).toBe("3 files left today · 1.2 MB of 10 MB");
  expect(quotaLine({ ...quota, files_used: 19 })).toMatch(/^1 file left/);
  expect(quotaLine({ ...quota, files_used: 21 })).toMatch(/^No file left/);
});

test("says when it starts anew", () => {
  expect(resetLine(quota, Date.parse("2026-11-21T20:48:00Z"))).toBe("Resets tomorrow at 00:00 UTC, in 3 h 12 min");
});

test("files or bytes alone can spend the day", () => {
  expect(isSpent(quota)).toBe(false);
  expect(isSpent({ ...quota, files_used: 20 })).toBe(true);
  expect(isSpent({ ...quota, bytes_used: 10_000_000 })).toBe(true);
});

test("the smallest of what is left binds", () => {
  expect(leftOf(quota, {})).toEqual({ files: 3, bytes: 8_800_000, by: "day" });
  expect(leftOf(quota, { limit: 4, here: 2 })).toMatchObject({ files: 2, by: "datanet" });
  expect(leftOf(quota, { limit: 9, here: 2 })).toMatchObject({ files: 3, by: "day" });
  expect(leftOf({ ...quota, trial_used: 4 }, { limit: 4, here: 2, trial: true })).toMatchObject({ files: 1, by: "trial" });
  expect(leftOf(quota, { limit: 2, here: 5 })).toMatchObject({ files: 0, by: "datanet" });
});

test("as many files are sent as find a place, by number and by size", () => {
  const left = { files: 2, bytes: 100, by: "day" as const };
  expect(fitting([10, 10, 10], left)).toBe(2);
  expect(fitting([60, 60], left)).toBe(1);
  expect(fitting([101], left)).toBe(0);
  expect(fitting([], left)).toBe(0);
});
