import { useId, useState } from "react";
import type { Mask, Reading } from "@/api/types";
import { Button } from "@/components/ui/button";
import { masked, keepsKind, nameOfText } from "@/lib/mask";
import { ByteText } from "@/lib/bytes";
import { text } from "@/text";
import type { Made } from "./specimen";

const t = text.contribute;

interface MasksProps {
  name: string;
  reading: Reading;
  masks: readonly Mask[];
  busy: boolean;
  /** The whole text the masks belong to: of the file, or what was taken out of a document. */
  whole: () => Promise<string>;
  onMake: (file: File, made: Made) => void;
}

/** Places that speak of people, each with a tick; what is ticked is masked in a new file. */
export function Masks({ name, reading, masks, busy, whole, onMake }: MasksProps) {
  const id = useId();
  const [left, setLeft] = useState<ReadonlySet<number>>(new Set());
  const source = new ByteText(reading.text);
  const chosen = masks.filter((_, i) => !left.has(i));
  const toggle = (i: number) => setLeft((before) => (before.has(i) ? new Set([...before].filter((one) => one !== i)) : new Set([...before, i])));
  async function make(): Promise<void> {
    const result = masked(await whole(), chosen);
    const file = new File([result.text], nameOfText(name), { type: keepsKind(name) ? "text/plain" : "text/markdown" });
    onMake(file, { how: "masked", from: name, changes: result.changes });
  }
  return (
    <fieldset className="grid min-w-0 gap-2 rounded-md border border-line p-3">
      <legend className="px-1 text-sm font-semibold">{t.masks(masks.length)}</legend>
      <p className="text-xs text-muted">{keepsKind(name) ? t.masksHint : t.masksDocumentHint(nameOfText(name))}</p>
      <ul className="grid max-h-60 gap-1.5 overflow-y-auto">
        {masks.map((mask, i) => (
          <li key={mask.start} className="flex items-start gap-2 py-1 text-sm">
            <input id={`${id}-${i}`} type="checkbox" className="mt-0.5 size-4 shrink-0 accent-(--blue) pointer-coarse:size-5" checked={!left.has(i)} onChange={() => toggle(i)} />
            <label htmlFor={`${id}-${i}`} className="min-w-0">
              <span className="text-xs text-muted">{t.maskKinds[mask.kind] ?? mask.kind}: </span>
              <span className="break-all">{source.slice(mask.start, mask.end)}</span>
              <span className="text-muted"> → </span>
              <code className="break-all">{mask.replacement}</code>
            </label>
          </li>
        ))}
      </ul>
      <Button size="sm" className="w-fit" disabled={busy || chosen.length === 0} onClick={() => void make()}>
        {t.maskSelected(chosen.length)}
      </Button>
    </fieldset>
  );
}
