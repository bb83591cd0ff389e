import { Tooltip } from "radix-ui";
import type { ReactNode } from "react";

/** A short explanation on hover and focus; never the only place a fact is told. */
export function Tip({ label, children }: { label: ReactNode; children: ReactNode }) {
  return (
    <Tooltip.Provider delayDuration={250}>
      <Tooltip.Root>
        <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
        <Tooltip.Portal>
          <Tooltip.Content sideOffset={6} collisionPadding={8} className="z-50 max-w-72 rounded-md bg-ink px-3 py-2 text-xs text-paper shadow-lift">
            {label}
          </Tooltip.Content>
        </Tooltip.Portal>
      </Tooltip.Root>
    </Tooltip.Provider>
  );
}
