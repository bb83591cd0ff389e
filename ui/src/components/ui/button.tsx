import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cx } from "@/lib/cx";
import { text } from "@/text";

const looks = {
  primary: "bg-blue text-on-blue hover:bg-blue-hover border-transparent font-medium",
  quiet: "bg-surface text-ink border-line-strong hover:bg-sunken",
  plain: "bg-transparent text-ink border-transparent hover:bg-sunken",
  danger: "bg-surface text-red border-red hover:bg-red-wash",
} as const;

const sizes = {
  md: "h-(--control-h) px-4 text-sm",
  sm: "h-8 px-3 text-sm pointer-coarse:h-10",
  icon: "size-(--control-h) justify-center",
} as const;

interface ButtonProps extends ComponentProps<"button"> {
  look?: keyof typeof looks;
  size?: keyof typeof sizes;
  busy?: boolean;
  /** Does nothing for now, but keeps the focus, unlike `disabled`. */
  off?: boolean;
  asChild?: boolean;
}

export function Button({ look = "quiet", size = "md", busy = false, off = false, asChild = false, className, onClick, ...rest }: ButtonProps) {
  const classes = cx(
    "inline-flex items-center justify-center gap-2 rounded-md border whitespace-nowrap transition-colors duration-100",
    "disabled:cursor-not-allowed disabled:opacity-55 aria-disabled:cursor-not-allowed aria-disabled:opacity-55",
    looks[look],
    sizes[size],
    className,
  );
  if (asChild) return <Slot.Root className={classes} onClick={onClick} {...rest} />;
  const { children, ...others } = rest;
  // A disabled button drops the focus to the page; one that waits keeps it.
  const waits = busy || off;
  return (
    <button
      type="button"
      className={classes}
      aria-disabled={waits || undefined}
      aria-busy={busy || undefined}
      onClick={waits ? (event) => event.preventDefault() : onClick}
      {...others}
    >
      {children}
      {busy && <span className="sr-only">{text.common.working}</span>}
      {busy && <span aria-hidden="true" className="size-3 animate-spin rounded-full border-2 border-current border-e-transparent" />}
    </button>
  );
}
