import type { Finding, Reading } from "@/api/types";
import { ByteText } from "./bytes";
import { textPlace } from "./spans";

/** A stretch of text in its box; points from the page's top left corner. */
export interface Run {
  text: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A page as large as the file says, in points. */
export interface Sheet {
  number: number;
  width: number;
  height: number;
  runs: Run[];
}

/** The pages of a document, drawn from where its text stands; null when it has no pages. */
export function sheetsOf(reading: Reading): Sheet[] | null {
  const text = new ByteText(reading.text);
  const sheets: Sheet[] = reading.pages.map(({ width, height }, at) => ({ number: at + 1, width, height, runs: [] }));
  for (const { start, end, place } of reading.spans) {
    if (place.kind !== "page") continue;
    const [x = 0, y = 0, width = 0, height = 0] = place.area;
    sheets[place.page - 1]?.runs.push({ text: text.slice(start, end), x, y, width, height });
  }
  return sheets.length > 0 ? sheets : null;
}

/** The page a finding is on: told by itself, or by where its text stands. */
export function pageOf(finding: Finding, reading: Reading): { page: number; area: number[] } | null {
  const place = finding.evidence;
  const range = textPlace(finding);
  if (place?.kind === "page") return { page: place.page, area: (range && areaOf(range, reading, place.page)) ?? place.area };
  if (!range) return null;
  const span = spanAt(reading, range.start);
  return span?.place.kind === "page" ? { page: span.place.page, area: areaOf(range, reading, span.place.page) ?? span.place.area } : null;
}

/** Where a stretch stands within its line, by its share of the line's characters; null where it is more than one line. */
function areaOf(range: { start: number; end: number }, reading: Reading, page: number): number[] | null {
  const span = spanAt(reading, range.start);
  if (span?.place.kind !== "page" || span.place.page !== page || range.end > span.end) return null;
  const text = new ByteText(reading.text);
  const whole = text.slice(span.start, span.end).trimEnd();
  if (whole === "" || whole.includes("\n")) return null;
  const [x = 0, y = 0, width = 0, height = 0] = span.place.area;
  const share = (start: number, end: number) => (width * text.slice(start, end).length) / whole.length;
  return [x + share(span.start, range.start), y, share(range.start, range.end), height];
}

/** The span a byte of the text belongs to. */
export function spanAt(reading: Reading, byte: number) {
  return reading.spans.find((span) => byte >= span.start && byte < span.end);
}
