import type { Declaration, PreCheck, Submission } from "@/api/types";
import { type Problem } from "@/api/types";
import { problemOf } from "@/lib/problem";

export type Stage = "waiting" | "checking" | "checked" | "sending" | "sent" | "failed";

/** One file on the tray and how far it has come. */
export interface Specimen {
  key: string;
  file: File;
  stage: Stage;
  progress: number;
  preCheck: PreCheck | null;
  submission: string | null;
  problem: Problem | null;
}

export type TrayAction =
  | { do: "add"; files: File[] }
  | { do: "remove"; key: string }
  | { do: "clear" }
  | { do: "redeclare" }
  | { do: "begin"; key: string; stage: "checking" | "sending" }
  | { do: "progress"; key: string; share: number }
  | { do: "checked"; key: string; preCheck: PreCheck }
  | { do: "sent"; key: string; submission: Submission }
  | { do: "failed"; key: string; error: unknown };

let made = 0;

function specimen(file: File): Specimen {
  made += 1;
  return { key: `${made}-${file.name}`, file, stage: "waiting", progress: 0, preCheck: null, submission: null, problem: null };
}

/** What is on the tray; a failure never takes anything off it. */
export function tray(state: Specimen[], action: TrayAction): Specimen[] {
  if (action.do === "add") return [...state, ...action.files.map(specimen)];
  if (action.do === "remove") return state.filter((item) => item.key !== action.key);
  if (action.do === "clear") return state.filter((item) => item.stage !== "sent");
  if (action.do === "redeclare") return state.map(unchecked);
  return state.map((item) => (item.key === action.key ? moved(item, action) : item));
}

/** A verdict holds for the declaration it was given under, and no longer. */
function unchecked(item: Specimen): Specimen {
  return item.stage === "checked" || item.stage === "failed" ? { ...item, stage: "waiting", preCheck: null, problem: null } : item;
}

function moved(item: Specimen, action: Exclude<TrayAction, { do: "add" | "remove" | "clear" | "redeclare" }>): Specimen {
  switch (action.do) {
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

const storageKey = "karat.declaration";

export const emptyDeclaration: Declaration = { licence: "", origin: "own", source_type: "human", consent: false, trial: false };

/** The declaration as it was last given on this device; consent is given anew each time. */
export function rememberedDeclaration(): Declaration {
  try {
    const stored = JSON.parse(localStorage.getItem(storageKey) ?? "{}") as Partial<Declaration>;
    return { ...emptyDeclaration, ...stored, consent: false, trial: false };
  } catch {
    return emptyDeclaration;
  }
}

export function rememberDeclaration(declaration: Declaration): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify({ ...declaration, consent: false, trial: false }));
  } catch {
    // Private windows keep nothing; the form still works.
  }
}
