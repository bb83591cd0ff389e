import { expect, test } from "vitest";
import { isSpent, quotaLine, resetLine } from "@/lib/quota";

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
