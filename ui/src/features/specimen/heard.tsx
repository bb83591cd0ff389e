import { Pause, Play } from "lucide-react";
import { Button } from "@/components/ui/button";
import { clock, instant, type SoundPicture } from "@/lib/sound";
import { text } from "@/text";
import { SoundTrack } from "./sound-track";
import { useSound } from "./use-sound";

const t = text.specimen;

interface HeardProps {
  title: string;
  picture: SoundPicture;
  source: string | null;
  /** Of the longer of two recordings, so that both are drawn on one scale of time. */
  longest: number;
}

/** One of two recordings beside each other: drawn, and heard where it may be. */
export function Heard({ title, picture, source, longest }: HeardProps) {
  const sound = useSound(source, picture.duration_ms);
  const label = `${sound.playing ? t.pause : t.play}: ${title}`;
  return (
    <figure className="min-w-0" aria-label={title}>
      {/* A contributor's recording comes without captions. */}
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption */}
      <audio {...sound.element} className="hidden" />
      <figcaption className="num mb-1 flex items-center gap-2 text-xs font-medium text-muted">
        {source !== null && (
          <Button look="plain" size="icon" className="shrink-0" aria-label={label} disabled={!sound.playable} onClick={sound.toggle}>
            {sound.playing ? <Pause size={16} aria-hidden="true" /> : <Play size={16} aria-hidden="true" />}
          </Button>
        )}
        <span>
          {title} · {sound.at > 0 ? `${clock(sound.at)} / ` : ""}
          {clock(picture.duration_ms)}
        </span>
      </figcaption>
      <div style={{ width: `${Math.max(4, (100 * picture.duration_ms) / longest)}%` }}>
        <SoundTrack small title={title} picture={picture} findings={[]} current={null} at={sound.at} onSeek={sound.seek} />
      </div>
      {source !== null && (
        <input
          type="range"
          className="h-6 w-full accent-(--blue)"
          aria-label={`${t.position}: ${title}`}
          aria-valuetext={instant(sound.at)}
          min={0}
          max={Math.max(1, sound.length)}
          step={100}
          value={sound.at}
          disabled={!sound.playable}
          onChange={(event) => sound.seek(Number(event.target.value))}
        />
      )}
      {sound.failed && <p className="text-sm text-muted">{t.noSound}</p>}
    </figure>
  );
}
