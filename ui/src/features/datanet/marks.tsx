import { AudioLines, FileText, Image } from "lucide-react";
import type { Modality } from "@/api/types";
import { Punch } from "@/components/mark/punch";
import { cx } from "@/lib/cx";
import { text } from "@/text";

const icons = { text: FileText, image: Image, audio: AudioLines };

/** What a datanet holds, in its cartouche. */
export function ModalityPunch({ modality, open }: { modality: Modality; open: boolean }) {
  const Icon = icons[modality];
  return (
    <span className="relative grid size-10 place-items-center" title={text.state.modality[modality]}>
      <Punch shape="octagon" tone={open ? "ink" : "muted"} size={40} className="absolute inset-0" />
      <Icon size={18} strokeWidth={1.6} aria-hidden="true" className={open ? "text-ink" : "text-muted"} />
      <span className="sr-only">{text.state.modality[modality]}</span>
    </span>
  );
}

export function OpenWord({ open }: { open: boolean }) {
  return (
    <span className={cx("inline-flex items-center gap-1.5 text-xs", open ? "text-gold" : "text-muted")}>
      <span aria-hidden="true" className={cx("size-2 rotate-45 border border-current", open && "bg-gold-fill")} />
      {open ? text.datanet.open : text.datanet.closed}
    </span>
  );
}

/** Parts per thousand, struck as a hallmark states fineness. */
export function Fineness({ thousandths, size = 44 }: { thousandths: number | null; size?: number }) {
  const label = thousandths === null ? text.datanet.purityNone : text.datanet.purityOf(thousandths);
  return (
    <span title={label} className="inline-flex">
      <Punch shape="oval" tone={thousandths === null ? "muted" : "gold"} size={size} struck={thousandths !== null}>
        {thousandths === null ? "—" : String(thousandths)}
      </Punch>
      <span className="sr-only">{label}</span>
    </span>
  );
}
