import { useMemo } from "react";
import { cx } from "@/lib/cx";

/** One turn of the engine: a wave laid around a circle. */
function wave(radius: number, depth: number, lobes: number, phase: number): string {
  const steps = 18 * lobes;
  const points = Array.from({ length: steps + 1 }, (_, i) => {
    const angle = (i / steps) * Math.PI * 2;
    const r = radius + depth * Math.cos(lobes * angle + phase);
    return `${(120 + r * Math.cos(angle)).toFixed(1)} ${(120 + r * Math.sin(angle)).toFixed(1)}`;
  });
  return `M${points.join("L")}z`;
}

/** Bands of waves, each a little further around: the rosette of certificates and watch dials. */
const bands = [
  { radius: 100, depth: 12, lobes: 24, turns: 10 },
  { radius: 70, depth: 20, lobes: 12, turns: 12 },
  { radius: 34, depth: 14, lobes: 8, turns: 10 },
];

function rosette(): string[] {
  return bands.flatMap(({ radius, depth, lobes, turns }) =>
    Array.from({ length: turns }, (_, i) => wave(radius, depth, lobes, (i * 2 * Math.PI) / turns)),
  );
}

/** Ornament only; hidden from readers and gone in high contrast. */
export function Guilloche({ className }: { className?: string }) {
  const paths = useMemo(() => rosette(), []);
  return (
    <svg aria-hidden="true" viewBox="0 0 240 240" className={cx("pointer-events-none select-none", className)}>
      {paths.map((d) => (
        <path key={d.slice(0, 40)} d={d} fill="none" stroke="var(--guilloche)" strokeWidth="0.4" />
      ))}
    </svg>
  );
}
