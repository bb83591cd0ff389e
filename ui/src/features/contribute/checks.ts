import type { Finding, FindingClass, Verdict } from "@/api/types";
import { text } from "@/text";

type Group = keyof typeof text.contribute.groups;

/** The gate's checks in the order a file passes them, grouped as people think of them. */
const groups: { group: Group; checks: string[]; textOnly?: boolean }[] = [
  { group: "door", checks: ["A1", "A2", "A3", "A5", "A6", "A7"] },
  { group: "declaration", checks: ["A10", "A11"] },
  { group: "encoding", checks: ["T1"], textOnly: true },
  { group: "hidden", checks: ["T2"], textOnly: true },
  { group: "length", checks: ["T5", "T9"], textOnly: true },
  { group: "duplicate", checks: ["A4", "T13"] },
  { group: "privacy", checks: ["T15"], textOnly: true },
  { group: "injection", checks: ["T17"], textOnly: true },
  { group: "quality", checks: [], textOnly: true },
];

export interface CheckLine {
  label: string;
  /** The gravest finding; none when nothing was found. */
  worst: FindingClass | null;
  notRun: boolean;
}

const gravity: FindingClass[] = ["tag", "score", "hold", "refuse"];

function worstOf(findings: readonly Finding[]): FindingClass | null {
  return findings.reduce<FindingClass | null>(
    (worst, finding) => (worst === null || gravity.indexOf(finding.class) > gravity.indexOf(worst) ? finding.class : worst),
    null,
  );
}

/** The lines that tick past: every group once, unknown checks under quality. */
export function checkLines(verdict: Verdict, isText: boolean): CheckLine[] {
  const named = new Set(groups.flatMap((group) => group.checks));
  return groups
    .filter((group) => isText || !group.textOnly)
    .map(({ group, checks }) => {
      const belongs = (check: string) => (checks.length > 0 ? checks.includes(check) : !named.has(check));
      const notRun = verdict.not_run.map((line) => line.check).filter(belongs);
      const found = verdict.findings.filter((finding) => belongs(finding.check));
      return {
        label: text.contribute.groups[group],
        worst: worstOf(found),
        notRun: found.length === 0 && checks.length > 0 && notRun.length === checks.filter((check) => check !== "A4").length,
      };
    });
}
