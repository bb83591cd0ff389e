import { useCallback, useEffect, useRef, useState } from "react";

/** The one that is heard: another that starts makes it stop. */
let heard: HTMLAudioElement | null = null;

/** The browser's own player, with its position told often enough to draw it. */
export function useSound(source: string | null, drawnMs: number) {
  const audio = useRef<HTMLAudioElement>(null);
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState(0);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    if (!playing) return undefined;
    let frame = 0;
    function tick(): void {
      setAt((audio.current?.currentTime ?? 0) * 1000);
      frame = requestAnimationFrame(tick);
    }
    frame = requestAnimationFrame(tick);
    return () => cancelAnimationFrame(frame);
  }, [playing]);
  const seek = useCallback((ms: number) => {
    const element = audio.current;
    const to = Math.max(0, ms);
    if (element && Number.isFinite(element.duration)) element.currentTime = Math.min(to / 1000, element.duration);
    setAt(to);
  }, []);
  const toggle = useCallback(() => {
    const element = audio.current;
    if (!element) return;
    if (element.paused) void element.play().catch(() => setFailed(true));
    else element.pause();
  }, []);
  return {
    playing,
    at: Math.min(at, length || drawnMs || at),
    length: length || drawnMs,
    failed,
    playable: source !== null && !failed,
    seek,
    toggle,
    element: {
      ref: audio,
      src: source ?? undefined,
      preload: "metadata" as const,
      onPlay: () => {
        if (heard !== audio.current) heard?.pause();
        heard = audio.current;
        setPlaying(true);
      },
      onPause: () => setPlaying(false),
      onEnded: () => setPlaying(false),
      onLoadedMetadata: () => {
        const seconds = audio.current?.duration ?? 0;
        if (Number.isFinite(seconds)) setLength(seconds * 1000);
      },
      onError: () => source && setFailed(true),
    },
  };
}
