import type { Finding, Reading } from "@/api/types";
import { text } from "@/text";
import { spanAt } from "./pages";
import { instant } from "./sound";

const t = text.specimen.place;

const parquet = "application/vnd.apache.parquet";

/** The place a finding speaks of, in words: page, paragraph, record, line, moment or region. */
export function placeOf(finding: Finding, reading?: Reading | null, media?: string | null): string | null {
  const place = finding.evidence;
  switch (place?.kind) {
    case "line":
      return inDocument(place.start, reading) ?? (media === parquet ? t.record(place.line) : t.line(place.line));
    case "bytes":
      return inDocument(place.start, reading) ?? t.bytes(place.start, place.end);
    case "page":
      return t.page(place.page);
    case "time":
      return t.time(instant(place.start_ms), instant(place.end_ms));
    case "pixels":
      return t.pixels(place.area[0] ?? 0, place.area[1] ?? 0);
    default:
      return null;
  }
}

function inDocument(byte: number, reading?: Reading | null): string | null {
  const place = reading?.extracted ? spanAt(reading, byte)?.place : undefined;
  if (place?.kind === "page") return t.page(place.page);
  if (place?.kind === "paragraph") return t.paragraph(place.number);
  if (place?.kind === "record") return t.record(place.line);
  return null;
}

/** Whether a finding can be shown at a place at all. */
export function hasPlace(finding: Finding): boolean {
  const kind = finding.evidence?.kind;
  return kind !== undefined && kind !== "submission";
}
