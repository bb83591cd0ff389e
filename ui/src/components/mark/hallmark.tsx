import type { ReactNode } from "react";
import type { Release } from "@/api/types";
import { cx } from "@/lib/cx";
import { text } from "@/text";
import { Punch, type PunchShape, type Tone } from "./punch";

export interface Strike {
  shape: PunchShape;
  tone: Tone;
  mark: ReactNode;
  label: string;
}

/** A row of struck marks with what each says; the way every object shows its proof. */
export function Hallmark({ strikes, className }: { strikes: Strike[]; className?: string }) {
  return (
    <ul className={cx("flex flex-wrap gap-x-5 gap-y-3", className)}>
      {strikes.map((strike) => (
        <li key={strike.label} className="flex items-center gap-2 text-xs text-muted">
          <Punch shape={strike.shape} tone={strike.tone} size={32} struck>
            {strike.mark}
          </Punch>
          <span className="max-w-40">{strike.label}</span>
        </li>
      ))}
    </ul>
  );
}

/** The four marks of a release: its number, licence, root, and whose work it is. */
export function releaseStrikes(release: Release): Strike[] {
  const stopped = Boolean(release.stopped_at);
  const ready = release.state === "ready" && !stopped;
  return [
    { shape: "octagon", tone: ready ? "gold" : "muted", mark: `v${release.version}`, label: stopped ? text.release.markStopped(release.version) : text.release.markVersion(release.version) },
    { shape: "oval", tone: "ink", mark: "©", label: release.licence_class ?? text.release.noLicence },
    { shape: "shield", tone: "ink", mark: String(Math.min(release.contributors, 999)), label: text.common.contributors(release.contributors) },
    { shape: "square", tone: ready ? "gold" : "muted", mark: release.root?.slice(0, 4) ?? "····", label: text.release.markRoot },
  ];
}
