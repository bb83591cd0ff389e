import { ToggleGroup } from "radix-ui";
import { cx } from "@/lib/cx";

interface SegmentedProps<V extends string> {
  label: string;
  value: V;
  options: readonly { value: V; label: string }[];
  onChange: (value: V) => void;
  className?: string;
}

/** One of a few: theme, method, view. */
export function Segmented<V extends string>({ label, value, options, onChange, className }: SegmentedProps<V>) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      value={value}
      onValueChange={(next) => next && onChange(next as V)}
      className={cx("inline-flex w-fit flex-wrap rounded-md border border-line-strong bg-surface p-0.5", className)}
    >
      {options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          className="h-8 rounded-sm px-3 text-sm text-muted hover:text-ink data-[state=on]:bg-blue-wash data-[state=on]:font-medium data-[state=on]:text-blue pointer-coarse:h-10"
        >
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
