import { Pause, Play } from "lucide-react";
import { useEffect, useMemo } from "react";
import type { Finding } from "@/api/types";
import { Button } from "@/components/ui/button";
import { useKeys } from "@/lib/keys";
import { clock, instant, soundPicture } from "@/lib/sound";
import { text } from "@/text";
import { SoundTrack } from "./sound-track";
import { useSound } from "./use-sound";

const t = text.specimen;
const SEEK_MS = 5_000;

interface SoundProps {
  /** The gate's drawing; none when it could make none. */
  drawing: unknown;
  source: string | null;
  findings: readonly Finding[];
  current: number | null;
  onChoose?: (index: number) => void;
  keys: boolean;
}

/** A recording drawn, heard, and marked where findings speak of a stretch of it. */
export default function Sound({ drawing, source, findings, current, onChoose, keys }: SoundProps) {
  const picture = useMemo(() => soundPicture(drawing), [drawing]);
  const sound = useSound(source, picture?.duration_ms ?? 0);
  const seekBy = (by: number) => sound.seek(sound.at + by);
  useKeys({ " ": sound.toggle, ArrowLeft: () => seekBy(-SEEK_MS), ArrowRight: () => seekBy(SEEK_MS) }, keys && sound.playable);
  const place = current === null ? null : findings[current]?.evidence;
  const start = place?.kind === "time" ? place.start_ms : null;
  const { seek } = sound;
  useEffect(() => {
    if (start !== null) seek(start);
  }, [start, seek]);
  return (
    <figure className="min-w-0" aria-label={t.sound}>
      {/* A contributor's recording comes without captions; its transcript, where there is one, stands beside it. */}
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption */}
      <audio {...sound.element} className="hidden" />
      {picture && <SoundTrack picture={picture} findings={findings} current={current} at={sound.at} onSeek={sound.seek} onChoose={onChoose} />}
      <div className="mt-2 flex items-center gap-3">
        <Button size="icon" className="shrink-0 rounded-full" aria-label={sound.playing ? t.pause : t.play} disabled={!sound.playable} onClick={sound.toggle}>
          {sound.playing ? <Pause size={18} aria-hidden="true" /> : <Play size={18} aria-hidden="true" />}
        </Button>
        <input
          type="range"
          className="h-6 min-w-0 grow accent-(--blue)"
          aria-label={t.position}
          aria-valuetext={instant(sound.at)}
          min={0}
          max={Math.max(1, sound.length)}
          step={100}
          value={sound.at}
          disabled={!sound.playable}
          onChange={(event) => sound.seek(Number(event.target.value))}
        />
        <span className="num shrink-0 text-xs text-muted">
          {clock(sound.at)} / {clock(sound.length)}
        </span>
      </div>
      {picture && (
        <figcaption className="num mt-1 text-xs text-muted">
          {t.soundFacts(instant(picture.duration_ms), String(picture.sample_rate / 1000), picture.channels === 1 ? t.mono : picture.channels === 2 ? t.stereo : t.channels(picture.channels))}
        </figcaption>
      )}
      {source && sound.failed && <p className="mt-1 text-sm text-amber">{t.noSound}</p>}
    </figure>
  );
}
