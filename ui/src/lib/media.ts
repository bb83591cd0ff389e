import { text } from "@/text";

/** A kind of file in people's words; one nobody named stays as it is. */
export function mediaWord(type: string | null | undefined): string | null {
  if (!type) return null;
  return text.specimen.mediaTypes[type.split(";")[0]?.trim() ?? ""] ?? type;
}
