import { ProblemError, toProblem } from "@/lib/problem";
import { readEvents } from "@/lib/sse";

export interface Turn {
  role: "user" | "assistant";
  content: string;
}

export interface Sampling {
  temperature: number;
  max_tokens: number;
  seed: number;
}

interface GenerateRequest {
  model: string;
  turns: Turn[];
  chat: boolean;
  sampling: Sampling;
  signal: AbortSignal;
  on: (piece: string) => void;
}

interface Chunk {
  choices?: { delta?: { content?: string | null }; text?: string }[];
  error?: { message?: string; code?: string; hint?: string };
}

/** The OpenAI wire names errors its own way; people read ours. */
function wireProblem(body: unknown, status: number) {
  const error = (body as Chunk | null)?.error;
  if (!error?.message) return toProblem(body, status);
  return { status, code: error.code ?? "generate", detail: error.message, hint: error.hint ?? "" };
}

/** Streams one answer over the same route that any OpenAI client uses. */
export async function generate({ model, turns, chat, sampling, signal, on }: GenerateRequest): Promise<void> {
  const words = chat ? { messages: turns } : { prompt: turns.at(-1)?.content ?? "" };
  const response = await fetch(chat ? "/v1/chat/completions" : "/v1/completions", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    body: JSON.stringify({ model, stream: true, ...sampling, ...words }),
    signal,
  });
  if (!response.ok) {
    const body: unknown = await response.json().catch(() => null);
    throw new ProblemError(wireProblem(body, response.status));
  }
  await readEvents(response, (event) => {
    if (event.data === "[DONE]") return;
    const chunk = JSON.parse(event.data) as Chunk;
    if (chunk.error) throw new ProblemError(wireProblem(chunk, 500));
    const choice = chunk.choices?.[0];
    const piece = choice?.delta?.content ?? choice?.text;
    if (piece) on(piece);
  });
}
