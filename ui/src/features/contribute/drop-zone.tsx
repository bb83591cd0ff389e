import { Upload } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import type { Modality } from "@/api/types";
import { Button } from "@/components/ui/button";
import { cx } from "@/lib/cx";
import { text } from "@/text";

const accept: Record<Modality, string> = {
  text: ".txt,.md,.pdf,.docx,.jsonl,.csv,.parquet",
  image: ".png,.jpg,.jpeg,.webp,.tiff,.tif,.bmp",
  audio: ".wav,.mp3,.flac",
};

/** Where files are laid down, by hand or by choosing. */
export function DropZone({ modality, onFiles }: { modality: Modality; onFiles: (files: File[]) => void }) {
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  function drop(event: DragEvent): void {
    event.preventDefault();
    setOver(false);
    onFiles([...event.dataTransfer.files]);
  }
  return (
    // The button inside does the same for keyboards.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={cx(
        "flex flex-col items-center gap-2 rounded-md border border-dashed px-6 py-8 text-center transition-colors duration-100",
        over ? "border-blue bg-blue-wash" : "border-line-strong bg-surface",
      )}
    >
      <Upload size={24} strokeWidth={1.4} aria-hidden="true" className="text-gold" />
      <p className="text-base">
        {text.contribute.drop} <span className="text-muted">{text.contribute.dropOr}</span>
      </p>
      <Button onClick={() => input.current?.click()}>{text.contribute.choose}</Button>
      <p className="text-xs text-muted">{text.contribute.accepts[modality]}</p>
      <input
        ref={input}
        type="file"
        multiple
        accept={accept[modality]}
        aria-label={text.contribute.choose}
        tabIndex={-1}
        className="sr-only"
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
    </div>
  );
}
