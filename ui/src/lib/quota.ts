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
