import type { PreCheck } from "@/api/types";
import { Button } from "@/components/ui/button";
import { text } from "@/text";
import { Masks } from "./masks";
import type { Specimen } from "./specimen";
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
  return (
    <>
      {converted && (
        <div className="grid gap-2 rounded-md border border-line p-3">
          <p className="text-sm">{t.convertHint(converted.encoding)}</p>
          <pre className="max-h-32 overflow-auto text-xs whitespace-pre-wrap">{converted.text.slice(0, 400)}</pre>
          <Button
            size="sm"
            className="w-fit"
            disabled={busy}
            onClick={() => {
              const made = new File([converted.text], file.name, { type: "text/plain" });
              void tray.replace(specimen, made, { how: "converted", from: file.name, changes: [], encoding: converted.encoding });
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
          onMake={(made, how) => void tray.replace(specimen, made, how)}
        />
      )}
    </>
  );
}
