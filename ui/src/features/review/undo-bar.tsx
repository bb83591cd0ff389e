import { Undo2 } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { Kbd } from "@/components/ui/kbd";
import { text } from "@/text";
import type { Sitting } from "./use-sitting";

/** Ten seconds in which a decision can be taken back. */
export function UndoBar({ sitting }: { sitting: Sitting }) {
  const { pending, settle } = sitting;
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (!pending) return undefined;
    const end = Date.parse(pending.final_at);
    function tick(): void {
      const seconds = Math.ceil((end - Date.now()) / 1000);
      setLeft(Math.max(0, seconds));
      if (seconds <= 0) settle();
    }
    tick();
    const timer = setInterval(tick, 250);
    return () => clearInterval(timer);
  }, [pending, settle]);
  if (!pending || left <= 0) return null;
  return (
    <div role="status" className="arrive flex items-center gap-3 rounded-md border border-line-strong bg-surface px-4 py-2 shadow-lift">
      <span className="text-sm">{text.review.decided[pending.outcome]}</span>
      <Button size="sm" onClick={() => void sitting.undo().catch(() => undefined)}>
        <Undo2 size={14} aria-hidden="true" />
        {text.review.undo}
        <span className="num text-muted" aria-hidden="true">
          {text.review.undoIn(left)}
        </span>
        <Kbd>U</Kbd>
      </Button>
    </div>
  );
}
