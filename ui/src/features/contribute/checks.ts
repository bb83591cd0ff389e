import type { FindingClass, Finding, Modality, Verdict } from "@/api/types";
import { text } from "@/text";

type Group = keyof typeof text.contribute.groups;

interface Line {
  group: Group;
  checks: string[];
  /** Codes that belong here, whichever check tells them. */
  codes?: string[];
  /** Whose running says whether this was looked at, if not the checks'. */
  by?: string[];
}

const first: Line[] = [
  { group: "door", checks: ["A1", "A2", "A3", "A5", "A6", "A7", "A8", "A9", "A11"] },
  { group: "declaration", checks: ["A10"] },
];

/** The gate's checks in the order a file passes them, grouped as people think of them. */
const groups: Record<Modality, Line[]> = {
  text: [
    ...first,
    { group: "reading", checks: ["T1", "T4"] },
    { group: "hidden", checks: ["T2", "T3"] },
    { group: "length", checks: ["T5", "T6"] },
    { group: "quality", checks: ["T7", "T8", "T9", "T10", "T11", "T20"] },
    { group: "privacy", checks: ["T15", "T16"] },
    { group: "injection", checks: ["T17", "T18"] },
    { group: "source", checks: ["T19"] },
    { group: "duplicate", checks: ["A4", "T13", "T14"] },
    { group: "score", checks: [] },
  ],
  image: [
    ...first,
    { group: "reading", checks: ["I1", "I2"] },
    { group: "picture", checks: ["I3", "I4", "I5", "I6", "I7", "I8"] },
    { group: "metadata", checks: ["I10"] },
    { group: "source", checks: ["I11", "I12"] },
    { group: "duplicate", checks: ["A4", "I9"] },
    { group: "score", checks: [] },
  ],
  audio: [
    ...first,
    { group: "reading", checks: ["S1"] },
    { group: "sound", checks: ["S2", "S3", "S4", "S5", "S6", "S7", "S8"] },
    { group: "transcript", checks: ["S10"] },
    { group: "metadata", checks: [], codes: ["personal_metadata"], by: ["S1"] },
    { group: "source", checks: ["S11"] },
    { group: "duplicate", checks: ["A4", "S9"] },
    { group: "score", checks: [] },
  ],
};

export interface CheckLine {
  label: string;
  /** The gravest finding; none when nothing was found. */
  worst: FindingClass | null;
  notRun: boolean;
  /** What to say when nothing was found, if it is more than that. */
  word?: string;
}

const gravity: FindingClass[] = ["tag", "score", "hold", "refuse"];

function worstOf(findings: readonly Finding[]): FindingClass | null {
  return findings.reduce<FindingClass | null>(
    (worst, finding) => (worst === null || gravity.indexOf(finding.class) > gravity.indexOf(worst) ? finding.class : worst),
    null,
  );
}

/** `I3–I10` names all between; `content` everything behind the door. */
export function namesCheck(entry: string, check: string): boolean {
  if (entry === check || (entry === "content" && !check.startsWith("A"))) return true;
  const range = /^([A-Z])(\d+)[–-]\1?(\d+)$/.exec(entry);
  const number = Number(check.slice(1));
  return range !== null && check.startsWith(range[1] ?? "") && number >= Number(range[2]) && number <= Number(range[3]);
}

/** What to say of a group beyond “nothing found” and “not run”. */
function wordOf(group: Group, { score, outcome }: Verdict, none: boolean): string | undefined {
  if (group === "score" && outcome === "refused") return text.contribute.notScored;
  if (group === "score") return typeof score === "number" ? text.contribute.scoreShort(score) : text.contribute.noScore;
  return group === "transcript" && none ? text.contribute.noTranscript : undefined;
}

/** The lines that tick past: every group once, checks nobody grouped under the score. */
export function checkLines(verdict: Verdict, modality: Modality): CheckLine[] {
  const lines = groups[modality];
  const named = new Set(lines.flatMap((line) => line.checks));
  const told = new Set(lines.flatMap((line) => line.codes ?? []));
  return lines.map(({ group, checks, codes = [], by }) => {
    const belongs = ({ check, code }: Finding) => {
      if (told.has(code)) return codes.includes(code);
      return group === "score" ? !named.has(check) : checks.includes(check);
    };
    const found = verdict.findings.filter(belongs);
    const ran = (check: string) => !verdict.not_run.some((line) => namesCheck(line.check, check));
    // Limits and exact copies are told apart: they never say whether a group was looked at.
    const own = by ?? checks.filter((check) => check !== "A4" && check !== "A1");
    const none = group === "score" ? verdict.score === null || verdict.score === undefined : own.length > 0 && !own.some(ran);
    const word = wordOf(group, verdict, none);
    return { label: text.contribute.groups[group], worst: worstOf(found), notRun: found.length === 0 && none, word };
  });
}
