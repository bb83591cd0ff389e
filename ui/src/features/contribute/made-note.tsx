import { Note } from "@/components/ui/states";
import { text } from "@/text";
import type { Made } from "./specimen";

const t = text.contribute;
const MOST = 20;

/** What is different in a file that was made here. */
export function MadeNote({ made }: { made: Made }) {
  return (
    <Note>
      <p className="font-medium">{made.how === "masked" ? t.madeMasked(made.from, made.changes.length) : t.madeConverted(made.from, made.encoding ?? "")}</p>
      {made.changes.length > 0 && (
        <ul className="mt-1 grid gap-1">
          {made.changes.slice(0, MOST).map((change, i) => (
            <li key={i} className="flex flex-wrap gap-x-2 text-xs">
              <span className="num text-muted">{text.specimen.place.line(change.line)}</span>
              <del className="break-all">{change.before}</del>
              <ins className="font-medium break-all no-underline">{change.after}</ins>
            </li>
          ))}
          {made.changes.length > MOST && <li className="text-xs text-muted">{t.madeMore(made.changes.length - MOST)}</li>}
        </ul>
      )}
    </Note>
  );
}
