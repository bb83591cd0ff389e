import { cx } from "@/lib/cx";

interface MeterProps {
  value: number;
  max: number;
  label: string;
  /** What is full of what, in words. */
  shown: string;
  tone?: "gold" | "blue" | "amber";
  className?: string;
}

const fills = { gold: "bg-gold-fill", blue: "bg-blue", amber: "bg-amber-fill" };

/** A thin graduated bar. */
export function Meter({ value, max, label, shown, tone = "blue", className }: MeterProps) {
  const share = max > 0 ? Math.min(1, value / max) : 0;
  return (
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={max}
      aria-valuenow={Math.min(value, max)}
      aria-valuetext={shown}
      className={cx("relative h-2 overflow-hidden rounded-sm border border-line-strong bg-sunken", className)}
    >
      <div className={cx("h-full transition-[width] duration-150", fills[tone])} style={{ width: `${share * 100}%` }} />
      <span aria-hidden="true" className="scale absolute inset-0 opacity-35" />
    </div>
  );
}
