/** The drawing of a recording, as the gate makes it. */
export interface SoundPicture {
  duration_ms: number;
  sample_rate: number;
  channels: number;
  /** Lowest and highest sample of equal stretches, −1000 to 1000. */
  peaks: [number, number][];
  spectrogram: {
    times: number;
    bands: number;
    edges_hz: number[];
    /** One byte a level, column by column, each from the lowest band up; base64. */
    values: string;
  };
}

/** The drawing, when it is one. */
export function soundPicture(value: unknown): SoundPicture | null {
  const sound = value as Partial<SoundPicture> | null;
  if (typeof sound?.duration_ms !== "number" || !Array.isArray(sound.peaks)) return null;
  return {
    sample_rate: 0,
    channels: 1,
    ...sound,
    spectrogram: { times: 0, bands: 0, edges_hz: [], values: "", ...sound.spectrogram },
  } as SoundPicture;
}

/** Levels 0 to 255, column by column. */
export function levels(picture: SoundPicture): Uint8Array {
  try {
    return Uint8Array.from(atob(picture.spectrogram.values), (c) => c.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

/** 0:07, 12:30, 1:02:03 */
export function clock(ms: number): string {
  const s = Math.floor(Math.max(0, ms) / 1000);
  const two = (n: number) => String(n).padStart(2, "0");
  const minutes = Math.floor(s / 60) % 60;
  return s < 3600 ? `${minutes}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(minutes)}:${two(s % 60)}`;
}

/** 0:07.2: for places in a recording. */
export function instant(ms: number): string {
  return `${clock(ms)}.${Math.floor((Math.max(0, ms) % 1000) / 100)}`;
}
