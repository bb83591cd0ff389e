import type { PreCheck, Problem, Submission } from "@/api/types";
import type { Change } from "@/lib/mask";
import { problemOf } from "@/lib/problem";

export type Stage = "waiting" | "checking" | "checked" | "sending" | "sent" | "failed";

/** A file that was made here from another one, and what is different. */
export interface Made {
  how: "masked" | "converted";
  /** Name of the file it was made from. */
  from: string;
  changes: Change[];
  encoding?: string;
}

/** One file on the tray and how far it has come. */
export interface Specimen {
  key: string;
  file: File;
  stage: Stage;
  progress: number;
  preCheck: PreCheck | null;
  submission: string | null;
  problem: Problem | null;
  made: Made | null;
  /** What is said in a recording. */
  transcript: string;
}

/** A file of a tray as this device keeps it. */
export type Kept = Pick<Specimen, "file" | "made" | "transcript">;

/** Where the focus goes when what had it is gone. */
export function headOf(key: string): string {
  return `specimen-${key}`;
}

/** What is worth keeping: all that was not sent yet. */
export function leftOf(state: readonly Specimen[]): Kept[] {
  return state.filter((item) => item.stage !== "sent").map(({ file, made, transcript }) => ({ file, made, transcript }));
}

export type TrayAction =
  | { do: "add"; files: File[] }
  | { do: "restore"; kept: Kept[] }
  | { do: "remove"; key: string }
  | { do: "clear" }
  | { do: "redeclare" }
  | { do: "replace"; key: string; file: File; made: Made }
  | { do: "transcribe"; key: string; transcript: string }
  | { do: "begin"; key: string; stage: "checking" | "sending" }
  | { do: "progress"; key: string; share: number }
  | { do: "checked"; key: string; preCheck: PreCheck }
  | { do: "sent"; key: string; submission: Submission }
  | { do: "failed"; key: string; error: unknown };

/** Files that lie on the tray at once: as many as a day takes. */
export const MOST_FILES = 20;

let made = 0;

function specimen(file: File): Specimen {
  made += 1;
  const fresh = { stage: "waiting" as const, progress: 0, preCheck: null, submission: null, problem: null, made: null, transcript: "" };
  return { key: `${made}-${file.name}`, file, ...fresh };
}

/** Places left on the tray; what was sent takes none. */
export function room(state: readonly Specimen[]): number {
  return Math.max(0, MOST_FILES - state.filter((item) => item.stage !== "sent").length);
}

/** Which of these files lie on the tray already, or come twice; one that was sent may come again. */
export function twice(state: readonly Specimen[], files: readonly File[]): File[] {
  const same = (file: File) => `${file.name}|${file.size}|${file.lastModified}`;
  const there = new Set(state.filter((item) => item.stage !== "sent" && !item.made).map((item) => same(item.file)));
  return files.filter((file) => {
    const again = there.has(same(file));
    there.add(same(file));
    return again;
  });
}

/** What is on the tray; a failure never takes anything off it. */
export function tray(state: Specimen[], action: TrayAction): Specimen[] {
  if (action.do === "add") return [...state, ...action.files.slice(0, room(state)).map(specimen)];
  if (action.do === "restore") return [...action.kept.map(({ file, made: how, transcript }) => ({ ...specimen(file), made: how, transcript })), ...state].slice(0, MOST_FILES);
  if (action.do === "remove") return state.filter((item) => item.key !== action.key);
  if (action.do === "clear") return state.filter((item) => item.stage !== "sent");
  if (action.do === "redeclare") return state.map(unchecked);
  return state.map((item) => (item.key === action.key ? moved(item, action) : item));
}

/** A verdict holds for the declaration it was given under, and no longer. */
function unchecked(item: Specimen): Specimen {
  return item.stage === "checked" || item.stage === "failed" ? { ...item, stage: "waiting", preCheck: null, problem: null } : item;
}

function moved(item: Specimen, action: Exclude<TrayAction, { do: "add" | "restore" | "remove" | "clear" | "redeclare" }>): Specimen {
  switch (action.do) {
    case "replace":
      return { ...item, file: action.file, made: action.made, stage: "waiting", preCheck: null, problem: null };
    case "transcribe":
      return { ...unchecked(item), transcript: action.transcript };
    case "begin":
      return { ...item, stage: action.stage, progress: 0, problem: null };
    case "progress":
      return { ...item, progress: action.share };
    case "checked":
      return { ...item, stage: "checked", preCheck: action.preCheck };
    case "sent":
      return { ...item, stage: "sent", submission: action.submission.id };
    case "failed":
      return { ...item, stage: item.preCheck ? "checked" : "failed", problem: problemOf(action.error) };
  }
}

/** Whether it makes sense to send it: a refusal is certain to come back. */
export function isSendable(item: Specimen): boolean {
  if (item.stage === "sent" || item.stage === "sending" || item.stage === "checking") return false;
  return item.preCheck?.verdict.outcome !== "refused";
}

export function isCheckable(item: Specimen): boolean {
  return item.stage === "waiting" || item.stage === "failed" || (item.stage === "checked" && item.problem !== null);
}
