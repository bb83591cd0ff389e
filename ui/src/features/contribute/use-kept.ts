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
  // Progress is not kept; what was sent is gone from the tray at once.
  const left = items.filter((item) => item.stage !== "sent");
  const files = left.map((item) => `${item.key}|${item.file.name}|${item.file.size}`).join("\n");
  const words = left.map((item) => item.transcript).join("\n");
  const saved = useRef({ files: "", words: "" });
  const now = useRef(items);
  useEffect(() => {
    now.current = items;
  });
  useEffect(() => {
    const before = saved.current;
    if (!ready || (before.files === files && before.words === words)) return undefined;
    saved.current = { files, words };
    const keep = () => void keepTray(tray, leftOf(now.current)).then(setKept);
    // A file is kept at once; words of a transcript when the typing rests.
    if (before.files !== files) {
      keep();
      return undefined;
    }
    const timer = setTimeout(keep, 300);
    return () => clearTimeout(timer);
  }, [ready, files, words, tray]);
  const lost = !kept && items.some((item) => item.stage !== "sent");
  useEffect(() => {
    if (!lost) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [lost]);
  return kept;
}
