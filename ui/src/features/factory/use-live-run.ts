import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { isFinal, runQuery } from "@/api/queries/factory";
import type { RunDetail } from "@/api/types";
import { follow } from "@/lib/sse";
import { applyEvent, type RunEvent } from "./run-state";

function read(event: string, data: string): RunEvent | null {
  try {
    const body = JSON.parse(data) as Record<string, unknown>;
    if (typeof body.kind === "string" && "payload" in body) return { kind: body.kind, payload: body.payload };
    return { kind: event, payload: body };
  } catch {
    return null;
  }
}

/** A run as it happens: the whole page first, then the stream from exactly there; one paint a frame. */
export function useLiveRun(id: string) {
  const client = useQueryClient();
  const query = useQuery(runQuery(id));
  const [connected, setConnected] = useState(true);
  const loaded = query.data !== undefined && !query.isFetching;
  const over = query.data ? isFinal(query.data.run.state) : false;

  useEffect(() => {
    if (!loaded || over) return undefined;
    const { queryKey } = runQuery(id);
    const after = client.getQueryData(queryKey)?.last_event ?? 0;
    let waiting: RunEvent[] = [];
    let last = after;
    let frame = 0;
    function paint(): void {
      frame = 0;
      const events = waiting;
      waiting = [];
      client.setQueryData(queryKey, (before: RunDetail | undefined) =>
        before ? { ...events.reduce(applyEvent, before), last_event: last } : before,
      );
      // A change of state says little; the rest (result, error, times) is asked for once.
      if (events.some((event) => event.kind === "state")) void client.invalidateQueries({ queryKey });
    }
    const stop = follow({
      topics: [`run:${id}`],
      after,
      onState: setConnected,
      on: (event) => {
        const made = read(event.event, event.data);
        if (!made) return;
        last = Number(event.id) || last;
        waiting.push(made);
        frame ||= requestAnimationFrame(paint);
      },
    });
    return () => {
      stop();
      cancelAnimationFrame(frame);
    };
  }, [client, id, loaded, over]);

  useEffect(() => {
    // The last word on a finished run (summary, adapter) comes from the server, once.
    if (over) void client.invalidateQueries({ queryKey: ["models"] });
  }, [client, over]);

  return { query, connected };
}
