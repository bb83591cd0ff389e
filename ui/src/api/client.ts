import createClient from "openapi-fetch";
import { ProblemError, toProblem } from "@/lib/problem";
import type { paths } from "./schema";

/** The typed client: paths, parameters and answers come from the server's own description. */
export const api = createClient<paths>({
  baseUrl: typeof window === "undefined" ? "" : window.location.origin,
  credentials: "same-origin",
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Unwraps an answer, or throws the server's problem. */
export async function take<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer;
  if (!response.ok) throw new ProblemError(toProblem(error, response.status));
  return data as T;
}
