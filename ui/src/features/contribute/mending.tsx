import type { PreCheck } from "@/api/types";
import { Button } from "@/components/ui/button";
import { text } from "@/text";
import { Masks } from "./masks";
import { headOf, type Made, type Specimen } from "./specimen";
import type { Tray } from "./use-tray";

const t = text.contribute;

interface MendingProps {
  specimen: Specimen;
  preCheck: PreCheck;
  tray: Tray;
}

/** What can be put right here and now: another encoding, personal data. The original is never changed. */
export function Mending({ specimen, preCheck, tray }: MendingProps) {
  const { reading, masks, converted } = preCheck;
  const { file } = specimen;
  const busy = tray.busy !== null;
  // Of a long document only the beginning is here; masking a part would lose the rest.
  const maskable = reading && masks.length > 0 && !(reading.extracted && reading.cut);
  function lay(fresh: File, how: Made): void {
    // The button is gone with what it mended: the focus stays at this file.
    document.getElementById(headOf(specimen.key))?.focus();
    void tray.replace(specimen, fresh, how);
  }
  return (
    <>
      {converted && (
        <div className="grid gap-2 rounded-md border border-line p-3">
          <p className="text-sm">{t.convertHint(converted.encoding)}</p>
          {/* Long text scrolls; the region is reachable by keyboard. */}
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <pre role="region" aria-label={t.convertPreview(converted.encoding, file.name)} tabIndex={0} className="max-h-32 overflow-auto text-xs whitespace-pre-wrap">
            {converted.text.slice(0, 400)}
          </pre>
          <Button
            size="sm"
            className="w-fit"
            disabled={busy}
            onClick={() => {
              const made = new File([converted.text], file.name, { type: "text/plain" });
              lay(made, { how: "converted", from: file.name, changes: [], encoding: converted.encoding });
            }}
          >
            {t.convert}
          </Button>
        </div>
      )}
      {maskable && (
        <Masks
          name={file.name}
          reading={reading}
          masks={masks}
          busy={busy}
          whole={() => (reading.extracted ? Promise.resolve(reading.text) : file.text())}
          onMake={lay}
        />
      )}
    </>
  );
}
