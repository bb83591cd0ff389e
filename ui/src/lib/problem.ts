import type { Problem } from "@/api/types";
import { text } from "@/text";

/** A refusal of the server as an error: what was found, and the fix. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = "ProblemError";
    this.problem = problem;
  }
}

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "code" in value && "detail" in value && "hint" in value;
}

/** Reads the body of a failed answer; anything that is no problem+json becomes one. */
export function toProblem(body: unknown, status: number): Problem {
  if (isProblem(body)) return { ...body, status: body.status || status };
  return { status, code: `http_${status}`, detail: text.problem.unexpected(status), hint: text.problem.unexpectedHint };
}

/** What a page says to a visitor before the server has to. */
export function signedOut(hint: string): ProblemError {
  return new ProblemError({ status: 401, code: "signed_out", detail: text.problem.needsAccount, hint });
}

/** Whether the server runs on the reader's own machine: only then can they start it. */
function atHome(): boolean {
  return typeof window !== "undefined" && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(window.location.hostname);
}

/** The problem behind any error a query or mutation can end with. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  if (error instanceof TypeError) {
    return { status: 0, code: "unreachable", detail: text.problem.unreachable, hint: atHome() ? text.problem.unreachableHome : text.problem.unreachableHint };
  }
  const detail = error instanceof Error ? error.message : String(error);
  return { status: 0, code: "ui", detail, hint: text.problem.unexpectedHint };
}
