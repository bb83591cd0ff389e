import { useEffect, useState } from "react";
import type { Quota } from "@/api/types";
import { bytes } from "@/lib/format";
import { isSpent, type Left, leftOf, resetLine } from "@/lib/quota";
import { text } from "@/text";

interface QuotaVesselProps {
  quota: Quota;
  /** What can still be entered where the person stands; of the whole day if not told. */
  left?: Left;
  /** The datanet's own limit, and what of it is used. */
  here?: { used: number; limit: number };
  /** Whether the files go as trials. */
  trial?: boolean;
}

/** The crucible: it fills as the day is spent, and says when it is emptied. */
export function QuotaVessel({ quota, left = leftOf(quota, {}), here, trial = false }: QuotaVesselProps) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  const share = Math.min(1, Math.max(quota.files_used / quota.files_limit, quota.bytes_used / quota.bytes_limit));
  const spent = isSpent(quota) || left.files === 0;
  return (
    <div>
      <div className="flex items-start gap-4">
        <div
          role="meter"
          aria-label={text.contribute.quotaMeter}
          aria-valuemin={0}
          aria-valuemax={quota.files_limit}
          aria-valuenow={Math.min(quota.files_used, quota.files_limit)}
          aria-valuetext={text.contribute.quotaFiles(quota.files_used, quota.files_limit)}
        >
          <Crucible share={share} spent={spent} ticks={quota.files_limit} />
        </div>
        <div className="grid gap-0.5">
          <p className="text-base font-semibold">{text.contribute.quotaLeftBy[left.by](left.files)}</p>
          <p className="num text-sm text-muted">{text.contribute.quotaFiles(quota.files_used, quota.files_limit)}</p>
          {here && <p className="num text-sm text-muted">{text.contribute.quotaHere(here.used, here.limit)}</p>}
          {trial && <p className="num text-sm text-muted">{text.contribute.quotaTrials(quota.trial_used, quota.trial_limit)}</p>}
          <p className="num text-sm text-muted">{text.contribute.quotaBytes(bytes(quota.bytes_used), bytes(quota.bytes_limit))}</p>
          <p className="num text-sm text-muted">{text.contribute.quotaAttempts(quota.attempts_used, quota.attempts_limit)}</p>
          <p className={spent ? "text-sm font-medium text-amber" : "text-sm text-muted"}>{resetLine(quota, now)}</p>
        </div>
      </div>
      <p className="mt-3 text-xs text-muted">{isSpent(quota) ? text.contribute.spentShort : text.contribute.quotaSpends}</p>
    </div>
  );
}

const top = 8;
const bottom = 92;

function Crucible({ share, spent, ticks }: { share: number; spent: boolean; ticks: number }) {
  const level = bottom - (bottom - top - 6) * share;
  const marks = Math.min(ticks, 20);
  return (
    <svg aria-hidden="true" viewBox="0 0 72 104" width="72" height="104">
      <defs>
        <clipPath id="crucible">
          <path d="M9 8h54l-7 78q-1 8-9 8H25q-8 0-9-8z" />
        </clipPath>
      </defs>
      <g clipPath="url(#crucible)">
        <rect x="0" y="0" width="72" height="104" fill="var(--sunken)" />
        <rect
          x="0"
          y={level}
          width="72"
          height="104"
          fill={spent ? "var(--amber-fill)" : "var(--gold-fill)"}
          className="transition-[y] duration-150"
        />
        <path d={`M0 ${level}h72`} stroke="var(--ink)" strokeOpacity=".35" />
        {Array.from({ length: marks - 1 }, (_, i) => {
          const y = bottom - ((bottom - top - 6) * (i + 1)) / marks;
          const long = (i + 1) % 5 === 0;
          return <path key={y} d={`M${long ? 44 : 52} ${y}h24`} stroke="var(--ink)" strokeOpacity={long ? 0.6 : 0.3} />;
        })}
      </g>
      <path d="M5 8h62M9 8l7 78q1 8 9 8h22q8 0 9-8l7-78" fill="none" stroke="var(--ink)" strokeWidth="1.5" strokeLinecap="round" />
    </svg>
  );
}
