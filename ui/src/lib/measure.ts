import type { Finding } from "@/api/types";
import { text } from "@/text";
import { bytes, count } from "./format";

const t = text.specimen.measure;

type Unit = (value: number) => string;

/** At most two places after the point, cut as the gate's sentences cut them, with a true minus sign. */
function decimal(value: number, digits = 2): string {
  const places = 10 ** digits;
  return String(Math.trunc(Math.round(value * 1e6) / 1e6 * places) / places).replace("-", "−");
}

const of = (divisor: number, unit: string, digits?: number): Unit => (value) => `${decimal(value / divisor, digits)} ${unit}`;

const seconds = of(1000, "s");
const lufs = of(10, "LUFS", 1);
const decibels = of(100, "dB", 1);
const thousandths = of(10, "%", 1);
const ofTenThousand = of(100, "%");
const ofHundredThousand = of(1000, "%", 1);
const percent = of(1, "%", 1);
const pixels: Unit = (value) => `${count(value)} px`;
const hertz = of(1000, "kHz", 1);
const ratio: Unit = (value) => `${decimal(value / 100)} : 1`;
const words: Unit = (value) => t.words(value);
const characters: Unit = (value) => t.characters(value);
const plain: Unit = (value) => count(value);

type Bound = keyof typeof t.bounds;

/** How each code's numbers are read: their unit, and what the threshold is to them. */
const units: Record<string, [Unit, Bound]> = {
  aspect_extreme: [ratio, "most"],
  audio_too_long: [seconds, "most"],
  audio_too_short: [seconds, "least"],
  audio_truncated: [seconds, "expected"],
  blurry: [plain, "least"],
  chance_letters: [thousandths, "most"],
  chance_order: [thousandths, "most"],
  clipping: [ofHundredThousand, "most"],
  copied_phrases: [thousandths, "most"],
  cut_lines: [thousandths, "most"],
  dc_offset: [thousandths, "most"],
  different_thumbnail: [plain, "most"],
  document_without_text: [characters, "least"],
  docx_mostly_images: [characters, "least"],
  duplicate_records: [thousandths, "most"],
  duration_mismatch: [seconds, "expected"],
  endless_word: [characters, "most"],
  few_bytes: [bytes, "least"],
  few_different_words: [thousandths, "least"],
  few_letters: [thousandths, "least"],
  few_words: [words, "least"],
  file_too_big: [bytes, "most"],
  heavy_clipping: [ofHundredThousand, "most"],
  image_larger_than_useful: [pixels, "most"],
  image_small: [pixels, "least"],
  image_too_small: [pixels, "least"],
  image_truncated: [bytes, "least"],
  invisible_characters: [thousandths, "most"],
  low_sample_rate: [hertz, "least"],
  many_brackets: [thousandths, "most"],
  many_bullets: [thousandths, "most"],
  many_channels: [plain, "most"],
  many_digits: [thousandths, "most"],
  many_links: [thousandths, "most"],
  many_symbols: [thousandths, "most"],
  meaningless_letters: [thousandths, "most"],
  meaningless_order: [thousandths, "most"],
  mixed_alphabets: [thousandths, "most"],
  mostly_silent: [thousandths, "least"],
  noisy: [decibels, "least"],
  off_topic: [thousandths, "least"],
  one_passage_repeated: [thousandths, "most"],
  one_template: [thousandths, "most"],
  page_frame: [thousandths, "most"],
  pdf_mostly_images: [thousandths, "most"],
  pdf_text_unmapped: [thousandths, "most"],
  private_use_characters: [thousandths, "most"],
  qr_code: [percent, "most"],
  repeated_lines: [thousandths, "most"],
  repeated_phrases: [thousandths, "most"],
  replacement_characters: [thousandths, "most"],
  scanned_pdf: [thousandths, "most"],
  silent: [decibels, "least"],
  some_replacement_characters: [ofTenThousand, "most"],
  sound_interrupted: [thousandths, "most"],
  text_very_long: [words, "most"],
  too_long_for_profile: [seconds, "most"],
  too_loud: [lufs, "most"],
  too_many_entries: [plain, "most"],
  too_quiet: [lufs, "least"],
  too_short_for_profile: [seconds, "least"],
  trailing_data: [bytes, "most"],
  transcript_long_word: [characters, "most"],
  transcript_repeats: [thousandths, "least"],
  transcript_too_fast: [plain, "most"],
  truncated_media: [bytes, "least"],
  unended_lines: [thousandths, "least"],
  unmapped_characters: [thousandths, "most"],
};

/** A number, also one that came as "12.5". */
function numberOf(value: unknown): number | null {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : null;
}

/** "12.3 s, at most 10 s"; null where the sentence of the finding says all there is to say. */
export function measureOf({ code, measured, threshold }: Finding): string | null {
  const known = units[code];
  const found = numberOf(measured);
  if (!known || found === null) return null;
  const [unit, bound] = known;
  const limit = numberOf(threshold);
  return limit === null ? t.found(unit(found)) : `${t.found(unit(found))}, ${t.bounds[bound](unit(limit))}`;
}
