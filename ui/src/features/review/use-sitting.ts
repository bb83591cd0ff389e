import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { problemOf } from "@/lib/problem";
import { nextItemQuery, queuesQuery, useCannotJudge, useDecide, useUndo } from "@/api/queries/review";
import type { Outcome, PendingDecision, RejectReason } from "@/api/types";

/** How far a sitting is: the item in front counts after all that were decided, taken by others or skipped. */
export function positionOf({ done, others, skipped, counted, here }: { done: number; others: number; skipped: number; counted: number; here: boolean }) {
  const passed = done + others + skipped;
  const all = Math.max(counted, passed + (here ? 1 : 0));
  return { passed, all, at: Math.min(passed + 1, all) };
}

/** One reviewer at one queue: what is in front, what was set aside, what can still be taken back. */
export function useSitting(datanet: string) {
  const client = useQueryClient();
  const queues = useQuery(queuesQuery);
  const queue = queues.data?.find((one) => one.datanet === datanet);
  const [counted, setCounted] = useState<number | null>(null);
  const [done, setDone] = useState(0);
  const [skipped, setSkipped] = useState<string[]>([]);
  const [decided, setDecided] = useState<string[]>([]);
  // Decided by somebody else while it was in front: how many, and which one was last.
  const [others, setOthers] = useState(0);
  const [overtaken, setOvertaken] = useState(false);
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

  /** Goes on to the next when somebody else was quicker; any other failure stays in sight. */
  function overtakenBy(error: unknown, gone: string): void {
    if (problemOf(error).status !== 409) throw error;
    forget();
    setOvertaken(true);
    setOthers((n) => n + 1);
    setDecided((before) => [...before, gone].slice(-60));
  }

  /** What failed for one item says nothing of the next. */
  function forget(): void {
    for (const one of [decide, undo, cannot]) one.reset();
    setOvertaken(false);
  }

  return {
    queue,
    queues,
    item,
    done,
    position: positionOf({ done, others, skipped: skipped.length, counted: counted ?? 0, here: Boolean(item.data) }),
    skipped: skipped.length,
    overtaken,
    pending,
    error: decide.error ?? undo.error ?? cannot.error,
    busy: decide.isPending || cannot.isPending || undo.isPending || item.isPending,
    decide: async (outcome: Outcome, reasons: RejectReason[], note?: string) => {
      if (!id) return;
      forget();
      try {
        setPending(await decide.mutateAsync({ id, outcome, reasons, note }));
        leave(id);
      } catch (error) {
        overtakenBy(error, id);
      }
    },
    cannotJudge: async () => {
      if (!id) return;
      forget();
      try {
        await cannot.mutateAsync(id);
        leave(id);
      } catch (error) {
        overtakenBy(error, id);
      }
    },
    skip: () => {
      forget();
      if (id) setSkipped((before) => [...before, id]);
    },
    previous: () => setSkipped((before) => before.slice(0, -1)),
    /** Lays what was skipped in front again, from the first on. */
    again: () => {
      client.removeQueries({ queryKey: ["review", "next"] });
      setSkipped([]);
    },
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
