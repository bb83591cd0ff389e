import { useEffect, useRef, useState } from "react";
import { keepTray, keptTray } from "@/lib/kept";
import { type Kept, leftOf, type Specimen } from "./specimen";

/** Lays what was left on the tray down again, keeps what changes, and says whether the browser keeps it. */
export function useKept(tray: string, items: readonly Specimen[], restore: ((kept: Kept[]) => void) | null): boolean {
  const [kept, setKept] = useState(true);
  const [ready, setReady] = useState(restore === null);
  const first = useRef(restore);
  useEffect(() => {
    let here = true;
    if (!first.current) return undefined;
    void keptTray<Kept>(tray).then((found) => {
      if (!here) return;
      if (found.length > 0) first.current?.(found);
      setReady(true);
    });
    return () => {
      here = false;
    };
  }, [tray]);
  // Only files, transcripts and what was sent matter: progress is not kept.
  const state = items.map((item) => `${item.key}|${item.file.name}|${item.file.size}|${item.stage === "sent"}|${item.transcript}`).join("\n");
  const saved = useRef("");
  const now = useRef(items);
  useEffect(() => {
    now.current = items;
  });
  useEffect(() => {
    if (!ready || saved.current === state) return undefined;
    saved.current = state;
    const timer = setTimeout(() => void keepTray(tray, leftOf(now.current)).then(setKept), 300);
    return () => clearTimeout(timer);
  }, [ready, state, tray]);
  const lost = !kept && items.some((item) => item.stage !== "sent");
  useEffect(() => {
    if (!lost) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [lost]);
  return kept;
}
