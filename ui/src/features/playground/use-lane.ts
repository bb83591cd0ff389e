import { useReducer, useRef } from "react";
import type { Model } from "@/api/types";
import { generate, type Sampling, type Turn } from "./generate";

interface Lane {
  turns: Turn[];
  busy: boolean;
  error: unknown;
  pieces: number;
  seconds: number;
}

type LaneAction =
  | { do: "ask"; words: string }
  | { do: "piece"; text: string; seconds: number }
  | { do: "end" }
  | { do: "fail"; error: unknown }
  | { do: "clear" };

const empty: Lane = { turns: [], busy: false, error: null, pieces: 0, seconds: 0 };

function lane(state: Lane, action: LaneAction): Lane {
  switch (action.do) {
    case "ask":
      return {
        ...empty,
        turns: [...state.turns, { role: "user", content: action.words }, { role: "assistant", content: "" }],
        busy: true,
      };
    case "piece": {
      const last = state.turns.at(-1);
      if (!last) return state;
      const grown = { ...last, content: last.content + action.text };
      return { ...state, turns: state.turns.with(-1, grown), pieces: state.pieces + 1, seconds: action.seconds };
    }
    case "end":
      return { ...state, busy: false };
    case "fail":
      return { ...state, busy: false, error: action.error };
    case "clear":
      return empty;
  }
}

/** One model's side of the conversation. */
export function useLane(model: Model | undefined) {
  const [state, change] = useReducer(lane, empty);
  const abort = useRef<AbortController | null>(null);

  async function ask(words: string, chat: boolean, sampling: Sampling): Promise<void> {
    if (!model) return;
    abort.current?.abort();
    const controller = new AbortController();
    abort.current = controller;
    const turns: Turn[] = [...state.turns.filter((turn) => turn.content !== ""), { role: "user", content: words }];
    change({ do: "ask", words });
    const began = performance.now();
    try {
      await generate({
        model: model.name,
        turns,
        chat,
        sampling,
        signal: controller.signal,
        on: (text) => change({ do: "piece", text, seconds: (performance.now() - began) / 1000 }),
      });
      change({ do: "end" });
    } catch (error) {
      if (controller.signal.aborted) change({ do: "end" });
      else change({ do: "fail", error });
    }
  }

  return {
    ...state,
    ask,
    stop: () => abort.current?.abort(),
    clear: () => {
      abort.current?.abort();
      change({ do: "clear" });
    },
  };
}

export type LaneState = ReturnType<typeof useLane>;
