import type { Finding } from "@/api/types";
import { strokeOf } from "./tones";

interface PictureBoxesProps {
  /** Pixels of the original, in which boxes are given. */
  width: number;
  height: number;
  findings: readonly Finding[];
  current: number | null;
}

/** Boxes over the picture, in the pixels of the original. */
export function PictureBoxes({ width, height, findings, current }: PictureBoxesProps) {
  return (
    <svg aria-hidden="true" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" className="pointer-events-none absolute inset-0 size-full">
      {findings.map((finding, i) => {
        if (finding.evidence?.kind !== "pixels") return null;
        const [x = 0, y = 0, w = 0, h = 0] = finding.evidence.area;
        const stroke = strokeOf(finding.class);
        return (
          <rect
            key={i}
            data-finding={i}
            x={x}
            y={y}
            width={w}
            height={h}
            fill={stroke}
            fillOpacity={i === current ? 0.25 : 0.1}
            stroke={stroke}
            strokeWidth={i === current ? 4 : 2}
            vectorEffect="non-scaling-stroke"
          />
        );
      })}
    </svg>
  );
}
