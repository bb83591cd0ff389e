import { useMemo } from "react";
import { cx } from "@/lib/cx";

/** Points of a rosette: the engine-turned line of certificates and watch dials. */
function rosette(lobes: number, depth: number, turns: number): string {
  const steps = 720;
  const points = Array.from({ length: steps + 1 }, (_, i) => {
    const angle = (i / steps) * Math.PI * 2;
    const radius = 100 * (1 - depth + depth * Math.cos(lobes * angle + turns));
    return `${(120 + radius * Math.cos(angle)).toFixed(1)} ${(120 + radius * Math.sin(angle)).toFixed(1)}`;
  });
  return `M${points.join("L")}z`;
}

/** Ornament only; hidden from readers and gone in high contrast. */
export function Guilloche({ className }: { className?: string }) {
  const paths = useMemo(
    () => Array.from({ length: 12 }, (_, i) => rosette(12, 0.06 + i * 0.035, (i * Math.PI) / 12)),
    [],
  );
  return (
    <svg aria-hidden="true" viewBox="0 0 240 240" className={cx("pointer-events-none select-none", className)}>
      {paths.map((d) => (
        <path key={d.slice(0, 40)} d={d} fill="none" stroke="var(--guilloche)" strokeWidth="0.5" />
      ))}
    </svg>
  );
}
