import type { MouseEvent } from "react";
import type { Finding } from "@/api/types";
import { cx } from "@/lib/cx";
import { instant, type SoundPicture } from "@/lib/sound";
import { text } from "@/text";
import { SoundCanvas } from "./sound-canvas";
import { drawSpectrum, drawWave } from "./sound-draw";
import { strokeOf } from "./tones";

const t = text.specimen;

interface SoundTrackProps {
  picture: SoundPicture;
  findings: readonly Finding[];
  current: number | null;
  at: number;
  onSeek: (ms: number) => void;
  onChoose?: (index: number) => void;
  /** Lower, and without a scale. */
  small?: boolean;
  /** Whose drawing it is, where there is more than one. */
  title?: string;
}

/** Waveform over spectrogram, with stretches marked and the place that is heard. */
export function SoundTrack({ picture, findings, current, at, onSeek, onChoose, small = false, title }: SoundTrackProps) {
  const length = Math.max(1, picture.duration_ms);
  const percent = (ms: number) => `${Math.min(100, Math.max(0, (ms / length) * 100))}%`;
  function press(event: MouseEvent): void {
    const box = event.currentTarget.getBoundingClientRect();
    onSeek(((event.clientX - box.left) / box.width) * length);
  }
  const named = (drawing: string) => (title ? `${title}: ${drawing}` : drawing);
  const top = picture.spectrogram.edges_hz.at(-1);
  return (
    <div>
      {/* A press moves the position; keyboards have the slider below. */}
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions */}
      <div dir="ltr" className="relative overflow-hidden rounded-sm border border-line bg-sunken" onClick={press}>
        <SoundCanvas label={named(t.wave)} height={small ? 64 : 96} draw={drawWave} picture={picture} />
        {picture.spectrogram.times > 0 && <SoundCanvas label={named(t.spectrum)} height={small ? 72 : 112} draw={drawSpectrum} picture={picture} />}
        {findings.map((finding, i) => {
          if (finding.evidence?.kind !== "time") return null;
          const { start_ms, end_ms } = finding.evidence;
          const place = t.place.time(instant(start_ms), instant(end_ms));
          const stroke = strokeOf(finding.class);
          return (
            <button
              key={i}
              type="button"
              data-finding={i}
              aria-label={`${t.hear(place)}: ${finding.message}`}
              title={finding.message}
              onClick={(event) => {
                event.stopPropagation();
                onSeek(start_ms);
                onChoose?.(i);
              }}
              className={cx("absolute inset-y-0 min-w-1.5 border-x-2 focus-visible:-outline-offset-2", i === current ? "opacity-100" : "opacity-75")}
              style={{ left: percent(start_ms), width: percent(end_ms - start_ms), borderColor: stroke, background: `color-mix(in srgb, ${stroke} ${i === current ? 30 : 18}%, transparent)` }}
            />
          );
        })}
        <span aria-hidden="true" className="pointer-events-none absolute inset-y-0 w-0.5 bg-blue" style={{ left: percent(at) }} />
      </div>
      {top !== undefined && !small && <p className="num mt-1 text-xs text-muted">{t.spectrumHint(String(Math.round(top / 100) / 10))}</p>}
    </div>
  );
}
