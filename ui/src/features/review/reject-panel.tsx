import { useState } from "react";
import type { RejectReason } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Field, TextArea } from "@/components/ui/field";
import { Kbd } from "@/components/ui/kbd";
import { cx } from "@/lib/cx";
import { useKeys } from "@/lib/keys";
import { text } from "@/text";

/** A person's reasons, in the order of their keys. */
export const personReasons: RejectReason[] = ["off_topic", "low_quality", "not_original", "incorrect", "harmful", "private_data", "wrong_licence", "unreadable"];

interface RejectPanelProps {
  busy: boolean;
  onConfirm: (reasons: RejectReason[], note: string) => void;
  onCancel: () => void;
}

/** A rejection always says why; keys 1 to 8 choose, Enter confirms. */
export function RejectPanel({ busy, onConfirm, onCancel }: RejectPanelProps) {
  const [chosen, setChosen] = useState<RejectReason[]>([]);
  const [note, setNote] = useState("");
  const [asked, setAsked] = useState(false);
  const toggle = (reason: RejectReason) => setChosen((before) => (before.includes(reason) ? before.filter((one) => one !== reason) : [...before, reason]));
  function confirm(): void {
    if (chosen.length === 0) setAsked(true);
    else if (!busy) onConfirm(chosen, note.trim());
  }
  useKeys({
    ...Object.fromEntries(personReasons.map((reason, i) => [String(i + 1), () => toggle(reason)])),
    Enter: confirm,
    Escape: onCancel,
  });
  return (
    <div className="arrive grid max-h-[45dvh] gap-3 overflow-y-auto border-t border-line bg-surface px-4 py-4 sm:max-h-[70dvh] sm:px-6 lg:px-8">
      <p id="reasons" className="text-sm font-medium">
        {text.review.reasonsTitle}
      </p>
      <div role="group" aria-labelledby="reasons" className="grid grid-cols-2 gap-2 sm:flex sm:flex-wrap">
        {personReasons.map((reason, i) => (
          <button
            key={reason}
            type="button"
            aria-pressed={chosen.includes(reason)}
            onClick={() => toggle(reason)}
            className={cx(
              "flex h-9 items-center gap-2 rounded-md border px-3 text-start text-sm leading-4 pointer-coarse:h-11",
              chosen.includes(reason) ? "border-blue bg-blue-wash font-medium text-blue" : "border-line-strong hover:bg-sunken",
            )}
          >
            <Kbd>{String(i + 1)}</Kbd>
            {text.state.reason[reason]}
          </button>
        ))}
      </div>
      {asked && chosen.length === 0 && (
        <p role="alert" className="text-sm text-red">
          {text.review.chooseReason}
        </p>
      )}
      <Field label={text.review.note}>
        {(ids) => <TextArea {...ids} className="min-h-16" placeholder={text.review.notePlaceholder} value={note} onChange={(event) => setNote(event.target.value)} />}
      </Field>
      <div className="sticky -bottom-4 -my-2 flex flex-wrap gap-3 max-sm:gap-2 bg-surface py-2">
        <Button look="primary" busy={busy} onClick={confirm}>
          {text.review.confirmReject}
          <span className="max-sm:hidden">
            <Kbd>↵</Kbd>
          </span>
        </Button>
        <Button onClick={onCancel}>{text.review.cancelReject}</Button>
      </div>
    </div>
  );
}
