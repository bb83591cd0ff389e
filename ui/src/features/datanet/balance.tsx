import type { Counts } from "@/api/types";
import { toneText, type Tone } from "@/components/mark/punch";
import { cx } from "@/lib/cx";
import { count } from "@/lib/format";
import { text } from "@/text";

const parts: { key: keyof typeof text.datanet.counts; tone: Tone; fill: string }[] = [
  { key: "accepted", tone: "gold", fill: "bg-gold-fill" },
  { key: "rejected", tone: "ink", fill: "bg-muted" },
  { key: "in_review", tone: "blue", fill: "bg-blue" },
  { key: "held", tone: "amber", fill: "bg-amber-fill" },
  { key: "moving", tone: "blue", fill: "bg-blue-wash" },
  { key: "refused", tone: "muted", fill: "bg-line-strong" },
  { key: "withdrawn", tone: "muted", fill: "bg-line" },
];

/** One bar, every submission in exactly one part of it; each part says its number. */
export function Balance({ counts }: { counts: Counts }) {
  const shown = parts.filter((part) => counts[part.key] > 0);
  return (
    <div>
      {counts.submissions > 0 && (
        <div aria-hidden="true" className="mb-4 flex h-3 gap-px overflow-hidden rounded-sm border border-line-strong bg-sunken">
          {shown.map((part) => (
            <span key={part.key} className={part.fill} style={{ flexGrow: counts[part.key], flexBasis: 2 }} />
          ))}
        </div>
      )}
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3 sm:grid-cols-4">
        {parts.map((part) => (
          <div key={part.key} className={cx("flex flex-col-reverse border-s-2 ps-3", counts[part.key] > 0 ? "border-current" : "border-line", toneText[part.tone])}>
            <dt className="text-xs text-muted">{text.datanet.counts[part.key]}</dt>
            <dd className="num text-lg font-semibold">{count(counts[part.key])}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
