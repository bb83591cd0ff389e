import type { FindingClass, ReleaseState, RunState, SubmissionState, Tier } from "@/api/types";
import { cx } from "@/lib/cx";
import { text } from "@/text";
import { glyph, Punch, type PunchShape, type Tone, toneText } from "./punch";

interface Look {
  shape: PunchShape;
  tone: Tone;
  glyph: keyof typeof glyph;
}

const submissionLooks: Record<SubmissionState, Look> = {
  checking: { shape: "circle", tone: "blue", glyph: "dots" },
  refused: { shape: "square", tone: "muted", glyph: "cross" },
  held: { shape: "lozenge", tone: "amber", glyph: "pause" },
  passed: { shape: "circle", tone: "blue", glyph: "tick" },
  in_review: { shape: "circle", tone: "blue", glyph: "eye" },
  accepted: { shape: "octagon", tone: "gold", glyph: "tick" },
  rejected: { shape: "square", tone: "muted", glyph: "dash" },
  voided: { shape: "square", tone: "red", glyph: "cross" },
  withdrawn: { shape: "square", tone: "muted", glyph: "back" },
};

const runLooks: Record<RunState, Look> = {
  queued: { shape: "circle", tone: "muted", glyph: "dots" },
  running: { shape: "circle", tone: "blue", glyph: "up" },
  stopping: { shape: "lozenge", tone: "amber", glyph: "pause" },
  done: { shape: "octagon", tone: "gold", glyph: "tick" },
  stopped: { shape: "octagon", tone: "gold", glyph: "pause" },
  cancelled: { shape: "square", tone: "muted", glyph: "dash" },
  failed: { shape: "square", tone: "red", glyph: "cross" },
};

const releaseLooks: Record<ReleaseState, Look> = {
  building: { shape: "circle", tone: "blue", glyph: "dots" },
  ready: { shape: "octagon", tone: "gold", glyph: "tick" },
  failed: { shape: "square", tone: "red", glyph: "cross" },
};

const classLooks: Record<FindingClass, Look> = {
  refuse: { shape: "square", tone: "ink", glyph: "cross" },
  hold: { shape: "lozenge", tone: "amber", glyph: "pause" },
  score: { shape: "circle", tone: "blue", glyph: "up" },
  tag: { shape: "circle", tone: "muted", glyph: "dash" },
};

function Mark({ look, word, size = 20 }: { look: Look; word: string; size?: number }) {
  return (
    <span className={cx("inline-flex items-center gap-1.5 whitespace-nowrap text-sm font-medium", toneText[look.tone])}>
      <Punch shape={look.shape} tone={look.tone} size={size} struck>
        {glyph[look.glyph]}
      </Punch>
      {word}
    </span>
  );
}

export function SubmissionMark({ state, size }: { state: SubmissionState; size?: number }) {
  return <Mark look={submissionLooks[state]} word={text.state.submission[state]} size={size} />;
}

export function RunMark({ state, size }: { state: RunState; size?: number }) {
  return <Mark look={runLooks[state]} word={text.state.run[state]} size={size} />;
}

export function ReleaseMark({ state, stopped, size }: { state: ReleaseState; stopped: boolean; size?: number }) {
  if (stopped) return <Mark look={{ shape: "lozenge", tone: "amber", glyph: "pause" }} word={text.state.releaseStopped} size={size} />;
  return <Mark look={releaseLooks[state]} word={text.state.release[state]} size={size} />;
}

export function ClassMark({ of, size }: { of: FindingClass; size?: number }) {
  return <Mark look={classLooks[of]} word={text.state.finding[of]} size={size} />;
}

export function classTone(of: FindingClass): Tone {
  return classLooks[of].tone;
}

const tierPips: Record<Tier, number> = { Newcomer: 0, Proven: 1, Trusted: 2, Expert: 3 };

/** A shield with a bar for each tier proven. */
export function TierMark({ tier }: { tier: Tier }) {
  const pips = tierPips[tier];
  const tone: Tone = pips === 0 ? "muted" : "gold";
  return (
    <span className={cx("inline-flex items-center gap-1.5 whitespace-nowrap text-sm font-medium", toneText[tone])}>
      <Punch shape="shield" tone={tone} size={20} struck={pips > 0}>
        {pips === 0 ? (
          <circle cx="16" cy="14" r="2" fill="currentColor" />
        ) : (
          Array.from({ length: pips }, (_, i) => (
            <path key={i} d={`M9.5 ${21 - i * 5.5}h13`} stroke="currentColor" strokeWidth="2.6" strokeLinecap="round" />
          ))
        )}
      </Punch>
      {text.state.tier[tier]}
    </span>
  );
}
