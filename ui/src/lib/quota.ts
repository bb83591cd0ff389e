import type { Quota } from "@/api/types";
import { text } from "@/text";
import { bytes, duration } from "./format";

/** Files that can still be entered today: the tightest of the limits on files. */
export function filesLeft(quota: Quota): number {
  return Math.max(0, quota.files_limit - quota.files_used);
}

export function bytesLeft(quota: Quota): number {
  return Math.max(0, quota.bytes_limit - quota.bytes_used);
}

/** Whether nothing more can be entered today. */
export function isSpent(quota: Quota): boolean {
  return filesLeft(quota) === 0 || bytesLeft(quota) === 0;
}

/** "3 files left today · 1.2 MB of 10 MB" */
export function quotaLine(quota: Quota): string {
  return `${text.contribute.quotaLeft(filesLeft(quota))} · ${text.contribute.quotaBytes(bytes(quota.bytes_used), bytes(quota.bytes_limit))}`;
}

/** "Resets tomorrow at 00:00 UTC, in 3 h 12 min" */
export function resetLine(quota: Quota, now = Date.now()): string {
  const seconds = (Date.parse(quota.resets_at) - now) / 1000;
  return `${text.contribute.quotaResets}, ${text.contribute.quotaResetsIn(duration(Math.max(0, Math.ceil(seconds / 60) * 60)))}`;
}

/** What binds today: the account's day, the datanet's own limit, or the day's trials. */
export interface Left {
  files: number;
  bytes: number;
  by: "day" | "datanet" | "trial";
}

interface Asked {
  /** Files a contributor may enter in the datanet a day; none where it sets no limit. */
  limit?: number | null;
  /** Files of today that stand in the datanet already. */
  here?: number;
  trial?: boolean;
}

/** What can still be entered: the smallest of all that is left. */
export function leftOf(quota: Quota, { limit, here = 0, trial = false }: Asked): Left {
  const ways: Pick<Left, "files" | "by">[] = [{ files: filesLeft(quota), by: "day" }];
  if (typeof limit === "number") ways.push({ files: Math.max(0, limit - here), by: "datanet" });
  if (trial) ways.push({ files: Math.max(0, quota.trial_limit - quota.trial_used), by: "trial" });
  const least = ways.reduce((a, b) => (b.files < a.files ? b : a));
  return { ...least, bytes: bytesLeft(quota) };
}

/** How many of the files, from the first on, still find a place. */
export function fitting(sizes: readonly number[], left: Left): number {
  let sum = 0;
  let fit = 0;
  for (const size of sizes) {
    sum += size;
    if (fit >= left.files || sum > left.bytes) break;
    fit += 1;
  }
  return fit;
}
