import { Maximize, Minus, Plus, ScanSearch } from "lucide-react";
import { useState } from "react";
import type { Finding, Preview } from "@/api/types";
import { Button } from "@/components/ui/button";
import { cx } from "@/lib/cx";
import { useKeys } from "@/lib/keys";
import { text } from "@/text";
import { PictureBoxes } from "./picture-boxes";
import { useZoom } from "./use-zoom";

const t = text.specimen;

interface PictureProps {
  preview: Extract<Preview, { kind: "image" }>;
  /** Name of the file, where several are on one page. */
  name?: string;
  findings: readonly Finding[];
  current: number | null;
  keys: boolean;
}

/** A picture to look at closely, with boxes where findings speak of a region. */
export default function Picture({ preview, name, findings, current, keys }: PictureProps) {
  const { frame, ...zoom } = useZoom();
  const [boxes, setBoxes] = useState(true);
  const any = findings.some((finding) => finding.evidence?.kind === "pixels");
  useKeys({ "+": zoom.closer, "=": zoom.closer, "-": zoom.further, "0": zoom.fit, b: () => setBoxes((on) => !on) }, keys);
  return (
    <div className="min-w-0">
      {/* The keys a mouse would do: arrows move, + and − zoom. */}
      {/* oxlint-disable jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions */}
      <div
        ref={frame}
        role="region"
        aria-label={t.pictureOf(name)}
        tabIndex={0}
        onKeyDown={zoom.onKeyDown}
        onPointerDown={zoom.onPointerDown}
        onPointerMove={zoom.onPointerMove}
        onPointerUp={zoom.onPointerUp}
        className={cx("relative grid place-items-center overflow-hidden rounded-sm border border-line bg-sunken select-none", zoom.scale > 1 ? "cursor-grab touch-none" : "")}
      >
        <div className="relative" style={{ transform: zoom.transform }}>
          <img src={preview.url} alt={t.picture} draggable={false} className="block max-h-[60vh] max-w-full" />
          {boxes && any && <PictureBoxes width={preview.width} height={preview.height} findings={findings} current={current} />}
        </div>
      </div>
      {/* oxlint-enable jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions */}
      <div className="mt-2 flex flex-wrap items-center gap-1">
        <Button look="plain" size="icon" aria-label={t.zoomOut} disabled={zoom.scale <= 1} onClick={zoom.further}>
          <Minus size={16} aria-hidden="true" />
        </Button>
        <span aria-live="polite" className="num w-14 text-center text-xs text-muted">
          {t.zoom(Math.round(zoom.scale * 100))}
        </span>
        <Button look="plain" size="icon" aria-label={t.zoomIn} onClick={zoom.closer}>
          <Plus size={16} aria-hidden="true" />
        </Button>
        <Button look="plain" size="sm" onClick={zoom.fit}>
          <Maximize size={14} aria-hidden="true" />
          {t.fit}
        </Button>
        {any && (
          <Button look="plain" size="sm" aria-pressed={boxes} className={boxes ? "text-blue" : "text-muted"} onClick={() => setBoxes(!boxes)}>
            <ScanSearch size={14} aria-hidden="true" />
            {t.boxes}
          </Button>
        )}
        <span className="num ms-auto text-xs text-muted">
          {preview.width} × {preview.height}
        </span>
      </div>
      <p className="text-xs text-muted pointer-coarse:hidden">{t.pictureHint}</p>
    </div>
  );
}
