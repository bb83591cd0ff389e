import { lazy, Suspense } from "react";
import type { Finding, Preview, Reading } from "@/api/types";
import { mayBeRecords } from "@/lib/turns";
import { text } from "@/text";
import { SpecimenText } from "./specimen-text";

// Drawn only where there is something to draw: no first visit pays for it.
const Pages = lazy(() => import("./pages"));
const Picture = lazy(() => import("./picture"));
const Sound = lazy(() => import("./sound"));
const Turns = lazy(() => import("./turns"));

export interface ContentProps {
  reading?: Reading | null;
  preview?: Preview | null;
  /** Where a recording can be heard: the contributor's own file, or the server's. */
  sound?: string | null;
  /** Name of the file, where several are on one page. */
  name?: string;
  findings: readonly Finding[];
  current?: number | null;
  onChoose?: (index: number) => void;
  /** Review shows all of a text; the tray begins with the places. */
  whole?: boolean;
  /** Keys of the whole page move the picture and the sound. */
  keys?: boolean;
}

/** The content as it is best looked at: pages, text, a picture or a sound, with findings at their places. */
export function Content(props: ContentProps) {
  const { reading, preview } = props;
  return (
    <Suspense fallback={<div className="skeleton h-64" />}>
      <Kind {...props} />
      {!reading && !preview && <p className="text-sm text-muted">{text.specimen.noContent}</p>}
    </Suspense>
  );
}

function Kind({ reading, preview, sound, name, findings, current = null, onChoose, whole = false, keys = false }: ContentProps) {
  if (preview?.kind === "image") return <Picture preview={preview} name={name} findings={findings} current={current} keys={keys} />;
  if (preview?.kind === "sound" || (sound && !reading)) {
    const drawing = preview?.kind === "sound" ? preview.sound : null;
    return <Sound drawing={drawing} source={sound ?? null} findings={findings} current={current} onChoose={onChoose} keys={keys} />;
  }
  if (!reading) return null;
  if (reading.spans.some((span) => span.place.kind === "page")) return <Pages reading={reading} findings={findings} current={current} whole={whole} />;
  // Lines of JSON may be conversations; what they are is seen when they are laid out.
  const Lines = mayBeRecords(reading.text) ? Turns : SpecimenText;
  return <Lines source={reading.text} name={name} reading={reading} findings={findings} current={current} whole={whole} prose={whole} cut={reading.cut} className={whole ? "max-h-[68vh]" : undefined} />;
}
