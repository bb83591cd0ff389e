import type { ReactNode } from "react";
import { cx } from "@/lib/cx";

/** The cartouches of a hallmark: each shape carries one kind of fact. */
const shapes = {
  octagon: "M9 1.5h14L30.5 9v14L23 30.5H9L1.5 23V9z",
  shield: "M3 2.5h26v16c0 6.5-5.5 9.5-13 12-7.5-2.5-13-5.5-13-12z",
  oval: "M11.5 6h9a10 10 0 0 1 0 20h-9a10 10 0 0 1 0-20z",
  lozenge: "M16 1.5 30.5 16 16 30.5 1.5 16z",
  square: "M2 2h28v28H2z",
  circle: "M16 1.5a14.5 14.5 0 1 1 0 29 14.5 14.5 0 0 1 0-29z",
} as const;

export type PunchShape = keyof typeof shapes;
export type Tone = "gold" | "blue" | "amber" | "red" | "muted" | "ink";

export const toneText: Record<Tone, string> = {
  gold: "text-gold",
  blue: "text-blue",
  amber: "text-amber",
  red: "text-red",
  muted: "text-muted",
  ink: "text-ink",
};

interface PunchProps {
  shape: PunchShape;
  tone: Tone;
  /** Up to four characters, or a small drawing in a 32 × 32 box. */
  children?: ReactNode;
  size?: number;
  struck?: boolean;
  className?: string;
}

/** One struck mark. Decoration: the word beside it says the same. */
export function Punch({ shape, tone, children, size = 28, struck = false, className }: PunchProps) {
  const isText = typeof children === "string" || typeof children === "number";
  const length = isText ? String(children).length : 0;
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 32 32"
      width={size}
      height={size}
      className={cx("shrink-0", toneText[tone], className)}
    >
      <path d={shapes[shape]} fill="currentColor" fillOpacity={struck ? 0.16 : 0.06} stroke="currentColor" strokeWidth="1.5" />
      {isText ? (
        <text
          x="16"
          y="16"
          fill="currentColor"
          textAnchor="middle"
          dominantBaseline="central"
          fontSize={length > 3 ? 9.5 : length > 2 ? 10.5 : length > 1 ? 13 : 16}
          fontWeight="650"
          fontFamily="var(--font-sans)"
          className="num"
        >
          {children}
        </text>
      ) : (
        children
      )}
    </svg>
  );
}

const stroke = { fill: "none", stroke: "currentColor", strokeWidth: 2.4, strokeLinecap: "round", strokeLinejoin: "round" } as const;

/** Small drawings that sit inside a punch. */
export const glyph = {
  tick: <path d="m10 16.5 4.3 4.3L22.5 12" {...stroke} />,
  cross: <path d="m11.5 11.5 9 9m0-9-9 9" {...stroke} />,
  dash: <path d="M10.5 16h11" {...stroke} />,
  pause: <path d="M13 11.5v9m6-9v9" {...stroke} />,
  dots: <path d="M10.5 16h.01M16 16h.01M21.5 16h.01" {...stroke} strokeWidth={3.2} />,
  eye: <path d="M8.5 16s2.8-5 7.5-5 7.5 5 7.5 5-2.8 5-7.5 5-7.5-5-7.5-5zm7.5-1.2v2.4" {...stroke} strokeWidth={2} />,
  back: <path d="M20.5 12.5h-6a4 4 0 0 0 0 8h4m-4-11-3 3 3 3" {...stroke} strokeWidth={2} />,
  up: <path d="M16 21.5v-11m-4.5 4.5 4.5-4.5 4.5 4.5" {...stroke} />,
} as const;
