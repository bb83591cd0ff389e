import type { Neighbour } from "@/api/types";

/** Thousandths by which a share says more than the likeness does. */
const MORE = 20;

/** How much of a file stands in its neighbour, in thousandths, where that is more than they are alike. */
export function shareOf({ likeness, contained }: Neighbour): number | null {
  if (typeof contained !== "number" || contained === 0) return null;
  return contained >= (likeness ?? 0) + MORE ? contained : null;
}
