import { levels, type SoundPicture } from "@/lib/sound";

type Colour = (token: string) => string;

/** Lowest and highest sample of each stretch, around a middle line. */
export function drawWave(canvas: HTMLCanvasElement, picture: SoundPicture, colour: Colour): void {
  const paint = canvas.getContext("2d");
  if (!paint) return;
  const { width, height } = canvas;
  const middle = height / 2;
  paint.clearRect(0, 0, width, height);
  paint.fillStyle = colour("--line-strong");
  paint.fillRect(0, Math.floor(middle), width, 1);
  paint.fillStyle = colour("--gold");
  const { peaks } = picture;
  for (let x = 0; x < width; x += 1) {
    const from = Math.floor((x * peaks.length) / width);
    const to = Math.max(from + 1, Math.floor(((x + 1) * peaks.length) / width));
    let low = 1000;
    let high = -1000;
    for (const [least, most] of peaks.slice(from, to)) {
      low = Math.min(low, least);
      high = Math.max(high, most);
    }
    if (low > high) continue;
    const top = middle - (high / 1000) * (middle - 2);
    paint.fillRect(x, top, 1, Math.max(1, middle - (low / 1000) * (middle - 2) - top));
  }
}

type Rgb = [number, number, number];

/** `#f6f4ee` as numbers. */
function rgb(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1, 7), 16) || 0;
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** From paper over gold to ink (dark: to light), as the level rises. */
export function ramp(level: number, stops: readonly [Rgb, Rgb, Rgb]): Rgb {
  const share = Math.min(1, Math.max(0, level / 255)) * 2;
  const [from, to] = share < 1 ? [stops[0], stops[1]] : [stops[1], stops[2]];
  const part = share < 1 ? share : share - 1;
  return [0, 1, 2].map((i) => Math.round((from[i] ?? 0) + ((to[i] ?? 0) - (from[i] ?? 0)) * part)) as Rgb;
}

/** Levels over time and frequency, lowest band at the bottom. */
export function drawSpectrum(canvas: HTMLCanvasElement, picture: SoundPicture, colour: Colour): void {
  const paint = canvas.getContext("2d");
  const { times, bands } = picture.spectrogram;
  const values = levels(picture);
  if (!paint || times * bands === 0 || values.length < times * bands) return;
  const stops = [rgb(colour("--sunken")), rgb(colour("--gold-fill")), rgb(colour("--ink"))] as const;
  const small = new ImageData(times, bands);
  for (let time = 0; time < times; time += 1) {
    for (let band = 0; band < bands; band += 1) {
      const at = 4 * ((bands - 1 - band) * times + time);
      // Below −80 dB there is nothing to see.
      const level = Math.max(0, (values[time * bands + band] ?? 0) - 51) * 1.25;
      small.data.set([...ramp(level, [...stops]), 255], at);
    }
  }
  const sheet = document.createElement("canvas");
  sheet.width = times;
  sheet.height = bands;
  sheet.getContext("2d")?.putImageData(small, 0, 0);
  paint.imageSmoothingEnabled = true;
  paint.drawImage(sheet, 0, 0, canvas.width, canvas.height);
}
