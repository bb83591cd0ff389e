import type { NotRun } from "@/api/types";

interface Reason {
  why: string;
  checks: string[];
}

/** The reasons in their order, each once, with its checks; the one that stands for most first. */
export function reasonsOf(lines: readonly NotRun[]): Reason[] {
  const reasons = new Map<string, string[]>();
  for (const { check, why } of lines) {
    const checks = reasons.get(why) ?? [];
    if (!checks.includes(check)) checks.push(check);
    reasons.set(why, checks);
  }
  return [...reasons].map(([why, checks]) => ({ why, checks })).toSorted((a, b) => b.checks.length - a.checks.length);
}
