import { Check, Copy as Icon } from "lucide-react";
import { useEffect, useState } from "react";
import { text } from "@/text";
import { Button } from "./button";

/** Copies a value and says so. */
export function Copy({ value, label }: { value: string; label: string }) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return undefined;
    const timer = setTimeout(() => setDone(false), 2000);
    return () => clearTimeout(timer);
  }, [done]);
  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(value);
    setDone(true);
  }
  return (
    <Button look="plain" size="sm" className="px-2 text-muted" aria-label={done ? text.common.copied : label} title={label} onClick={() => void copy()}>
      {done ? <Check size={14} aria-hidden="true" className="text-gold" /> : <Icon size={14} aria-hidden="true" />}
    </Button>
  );
}

/** An id or hash: short to read, whole to copy. */
export function CopyId({ value, label }: { value: string; label: string }) {
  return (
    <span className="inline-flex items-center gap-0.5">
      <code className="num text-xs break-all text-muted" title={value}>
        {value.length > 24 ? `${value.slice(0, 8)}…${value.slice(-6)}` : value}
      </code>
      <Copy value={value} label={label} />
    </span>
  );
}
