import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { nextItemQuery, queuesQuery, useCannotJudge, useDecide, useUndo } from "@/api/queries/review";
import type { Outcome, PendingDecision, RejectReason } from "@/api/types";

/** One reviewer at one queue: what is in front, what was set aside, what can still be taken back. */
export function useSitting(datanet: string) {
  const client = useQueryClient();
  const queues = useQuery(queuesQuery);
  const queue = queues.data?.find((one) => one.datanet === datanet);
  const [counted, setCounted] = useState<number | null>(null);
  const [done, setDone] = useState(0);
  const [skipped, setSkipped] = useState<string[]>([]);
  const [decided, setDecided] = useState<string[]>([]);
  const [pending, setPending] = useState<PendingDecision | null>(null);
  // How many there were when the sitting began.
  if (counted === null && queue) setCounted(queue.waiting);
  const skip = [...decided, ...skipped];
  const item = useQuery(nextItemQuery(datanet, skip));
  const id = item.data?.submission.id;
  const decide = useDecide();
  const undo = useUndo();
  const cannot = useCannotJudge();

  useEffect(() => {
    // The next one is fetched while this one is read.
    if (id) void client.prefetchQuery(nextItemQuery(datanet, [...decided, id, ...skipped]));
  }, [client, datanet, id, decided, skipped]);
  useEffect(() => () => client.removeQueries({ queryKey: ["review"] }), [client]);

  function leave(gone: string): void {
    setDecided((before) => [...before, gone].slice(-60));
    setDone((n) => n + 1);
  }

  /** What failed for one item says nothing of the next. */
  function forget(): void {
    for (const one of [decide, undo, cannot]) one.reset();
  }

  return {
    queue,
    queues,
    item,
    done,
    all: Math.max(counted ?? 0, done + (item.data ? 1 : 0)),
    skipped: skipped.length,
    pending,
    error: decide.error ?? undo.error ?? cannot.error,
    busy: decide.isPending || cannot.isPending || undo.isPending || item.isPending,
    decide: async (outcome: Outcome, reasons: RejectReason[], note?: string) => {
      if (!id) return;
      forget();
      const made = await decide.mutateAsync({ id, outcome, reasons, note });
      setPending(made);
      leave(id);
    },
    cannotJudge: async () => {
      if (!id) return;
      forget();
      await cannot.mutateAsync(id);
      leave(id);
    },
    skip: () => {
      forget();
      if (id) setSkipped((before) => [...before, id]);
    },
    previous: () => setSkipped((before) => before.slice(0, -1)),
    undo: async () => {
      if (!pending) return;
      forget();
      await undo.mutateAsync(pending.submission);
      client.removeQueries({ queryKey: ["review", "next"] });
      setDecided((before) => before.filter((one) => one !== pending.submission));
      setDone((n) => Math.max(0, n - 1));
      setPending(null);
    },
    settle: () => setPending(null),
  };
}

export type Sitting = ReturnType<typeof useSitting>;
