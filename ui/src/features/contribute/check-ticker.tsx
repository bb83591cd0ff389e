import { useEffect, useState } from "react";
import type { Modality, Verdict } from "@/api/types";
import { glyph, Punch, type Tone } from "@/components/mark/punch";
import { cx } from "@/lib/cx";
import { text } from "@/text";
import { type CheckLine, checkLines } from "./checks";

const looks: Record<"refuse" | "hold" | "score" | "tag" | "none" | "notRun", { tone: Tone; glyph: keyof typeof glyph; word: string }> = {
  refuse: { tone: "ink", glyph: "cross", word: text.state.finding.refuse },
  hold: { tone: "amber", glyph: "pause", word: text.state.finding.hold },
  score: { tone: "blue", glyph: "up", word: text.state.finding.score },
  tag: { tone: "muted", glyph: "dash", word: text.state.finding.tag },
  none: { tone: "gold", glyph: "tick", word: text.contribute.checkPassed },
  notRun: { tone: "muted", glyph: "dots", word: text.contribute.notRun },
};

/** Each check ticks past in order, once, quickly; with reduced motion all are there at once. */
export function CheckTicker({ verdict, modality }: { verdict: Verdict; modality: Modality }) {
  const lines = checkLines(verdict, modality);
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const [shown, setShown] = useState(still ? lines.length : 1);
  useEffect(() => {
    if (shown >= lines.length) return undefined;
    const timer = setTimeout(() => setShown((n) => n + 1), 90);
    return () => clearTimeout(timer);
  }, [shown, lines.length]);
  return (
    <ol aria-label={text.contribute.checks} className="grid grid-cols-2 gap-x-4 gap-y-1.5 sm:grid-cols-3">
      {lines.map((line, i) => (
        <Tick key={line.label} line={line} shown={i < shown} />
      ))}
    </ol>
  );
}

function Tick({ line, shown }: { line: CheckLine; shown: boolean }) {
  const look = looks[line.notRun ? "notRun" : (line.worst ?? "none")];
  return (
    <li className={cx("flex items-center gap-2 text-xs", !shown && "opacity-0")}>
      <Punch shape="circle" tone={look.tone} size={18} struck={shown} className={shown ? "arrive" : undefined}>
        {glyph[look.glyph]}
      </Punch>
      <span className="min-w-0">
        <span className="block leading-4">{line.label}</span>
        <span className="block leading-4 text-muted">{line.word ?? look.word}</span>
      </span>
    </li>
  );
}
