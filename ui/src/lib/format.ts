import { locale, text } from "@/text";

const integer = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const significant = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 });

/** 12,345 */
export function count(n: number): string {
  return integer.format(n);
}

/** 1.35 M, 812 k; as people write it, not as a locale shortens it. */
export function compact(n: number): string {
  const [size, unit] = n >= 1e9 ? [1e9, " G"] : n >= 1e6 ? [1e6, " M"] : n >= 1e4 ? [1e3, " k"] : [1, ""];
  return significant.format(n / size) + unit;
}

/** Bytes in decimal units, as everywhere in Karat: 1 MB = 10⁶ bytes. */
export function bytes(n: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = n;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value)} ${units[unit]}`;
}

/** Basis points as percent with one digit: 6789 → 67.9 % */
export function basisPoints(bp: number): string {
  return `${(Math.floor(bp / 10) / 10).toFixed(1)} %`;
}

/** Parts per thousand, as a hallmark states fineness; never rounded up. Null when nothing was decided. */
export function fineness(accepted: number, rejected: number): number | null {
  const decided = accepted + rejected;
  return decided === 0 ? null : Math.floor((1000 * accepted) / decided);
}

/** 3 s, 4 min 10 s, 2 h 5 min */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return s % 60 === 0 ? `${Math.floor(s / 60)} min` : `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

/** A loss: three significant places after the point. */
export function loss(value: number): string {
  return value.toFixed(3);
}

/** A learning rate: 2e-4, 1.5e-5 */
export function rate(value: number): string {
  if (value === 0) return "0";
  return value.toExponential(1).replace(".0e", "e");
}

/** "just now", "4 minutes ago", "yesterday"; a date after a week. */
export function ago(iso: string, now = Date.now()): string {
  const then = Date.parse(iso);
  const seconds = Math.round((then - now) / 1000);
  if (Math.abs(seconds) < 45) return text.common.justNow;
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  if (Math.abs(seconds) < 3600) return relative.format(Math.round(seconds / 60), "minute");
  if (Math.abs(seconds) < 86_400) return relative.format(Math.round(seconds / 3600), "hour");
  if (Math.abs(seconds) < 7 * 86_400) return relative.format(Math.round(seconds / 86_400), "day");
  return date(iso);
}

/** 21 Nov 2026 */
export function date(iso: string): string {
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).format(
    new Date(iso),
  );
}

/** 21 Nov 2026, 12:04 UTC */
export function moment(iso: string): string {
  const time = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "UTC" });
  return `${date(iso)}, ${time.format(new Date(iso))} UTC`;
}

/** 22 Nov 2026, 01:00 CET: where the reader is. */
export function localMoment(iso: string): string {
  const then = new Date(iso);
  if (Number.isNaN(then.getTime())) return iso;
  const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" }).format(then);
  const time = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hour12: false, timeZoneName: "short" }).format(then);
  return `${day}, ${time}`;
}

/** Release 1, Release 2 and Release 3 */
export function listOf(words: readonly string[]): string {
  return new Intl.ListFormat(locale, { type: "conjunction" }).format(words);
}

/** First characters of a hash, enough to recognise it. */
export function shortHash(hash: string): string {
  return hash.slice(0, 10);
}
