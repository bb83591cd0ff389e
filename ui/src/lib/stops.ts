import type { Finding, Mask } from "@/api/types";
import { hasPlace } from "./place";

/** Findings that say the same of several rows, told once. */
export interface Group {
  /** The one whose sentence is shown. */
  first: number;
  members: number[];
  /** Whether the sentence begins with its row, which then stands for one of many. */
  rows: boolean;
}

const row = /\b(line|record|row) \d+/gi;
const opening = /^(?:line|record|row) \d+: /i;

/** Equal findings, apart from the row they name, in the order of the first of each. */
export function grouped(findings: readonly Finding[]): Group[] {
  const groups = new Map<string, Group>();
  findings.forEach((finding, i) => {
    // One concerning another submission is never the same as the next.
    const alike = [finding.check, finding.code, finding.class, finding.message.replace(row, "$1"), finding.fix.replace(row, "$1")].join("\n");
    const group = groups.get(alike);
    if (group && hasPlace(finding)) group.members.push(i);
    else groups.set(group ? `${alike}\n${i}` : alike, { first: i, members: [i], rows: opening.test(finding.message) });
  });
  return [...groups.values()];
}

/** A sentence without the row it begins with. */
export function withoutRow(message: string): string {
  const rest = message.replace(opening, "");
  return rest.slice(0, 1).toUpperCase() + rest.slice(1);
}

/** The findings as they are drawn: each at its place, and again at every further place of its kind. */
export interface Drawn {
  findings: Finding[];
  /** Beside each finding the indices of its further places. */
  more: number[][];
}

const kinds: Record<string, string> = {
  email_address: "email",
  phone_number: "phone",
  bank_account: "account",
  payment_card: "card",
  ip_address: "ip",
  identity_number: "identity",
};

/** Where masks tell every place of a kind, a finding at the first of them stands at all. */
export function drawnAt(findings: readonly Finding[], masks: readonly Mask[]): Drawn {
  const all = [...findings];
  const more = findings.map((finding) => {
    const place = finding.evidence;
    const start = place?.kind === "line" || place?.kind === "bytes" ? place.start : null;
    const own = masks.filter((mask) => mask.kind === kinds[finding.code]);
    // Masks count in the text that is shown; a place that is not among them is counted otherwise.
    if (start === null || !own.some((mask) => mask.start === start)) return [];
    return own
      .filter((mask) => mask.start !== start)
      .map((mask) => all.push({ ...finding, evidence: { kind: "bytes", start: mask.start, end: mask.end } }) - 1);
  });
  return { findings: all, more };
}

/** The next stop after the current one, around and around. */
export function stopAfter(stops: readonly number[], current: number | null): number {
  const at = current === null ? -1 : stops.indexOf(current);
  return stops[(at + 1) % stops.length] ?? 0;
}
