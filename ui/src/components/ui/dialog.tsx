import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { cx } from "@/lib/cx";
import { text } from "@/text";
import { Button } from "./button";

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  className?: string;
  /** For the palette: the title is read out but not drawn. */
  bare?: boolean;
}

/** The browser's own dialog: focus stays inside, Escape closes, no style is injected. */
export function Dialog({ open, onClose, title, children, className, bare = false }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (!dialog) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);
  return (
    // A press on the backdrop reaches the dialog itself; keyboard users have Escape and the button.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <dialog
      ref={ref}
      aria-labelledby={id}
      onClose={onClose}
      onClick={(event) => event.target === ref.current && onClose()}
      className={cx(
        "m-auto w-[min(34rem,calc(100vw-2rem))] rounded-md border border-line bg-surface p-0 shadow-lift",
        bare && "mt-[10vh]",
        className,
      )}
    >
      {open && (
        <div className={bare ? "" : "grid gap-4 p-6"}>
          <div className={bare ? "sr-only" : "flex items-start justify-between gap-4"}>
            <h2 id={id} className="text-lg font-semibold">
              {title}
            </h2>
            {!bare && (
              <Button look="plain" size="icon" aria-label={text.common.close} onClick={onClose}>
                <X size={18} aria-hidden="true" />
              </Button>
            )}
          </div>
          {children}
        </div>
      )}
    </dialog>
  );
}
