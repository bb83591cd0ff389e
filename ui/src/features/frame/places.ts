import { BookMarked, Database, Flame, Gavel, MessagesSquare, type LucideIcon } from "lucide-react";
import { text } from "@/text";

export interface Place {
  to: "/datanets" | "/review" | "/runs" | "/playground" | "/record";
  label: string;
  icon: LucideIcon;
  /** Other addresses that belong to this place. */
  also: string[];
}

/** The five places, in the order of the loop. */
export const places: Place[] = [
  { to: "/datanets", label: text.frame.datanets, icon: Database, also: ["/submissions"] },
  { to: "/review", label: text.frame.review, icon: Gavel, also: [] },
  { to: "/runs", label: text.frame.factory, icon: Flame, also: ["/models"] },
  { to: "/playground", label: text.frame.playground, icon: MessagesSquare, also: [] },
  { to: "/record", label: text.frame.record, icon: BookMarked, also: ["/releases", "/standing", "/contributors", "/ask"] },
];

export function isHere(place: Place, path: string): boolean {
  return [place.to, ...place.also].some((start) => path === start || path.startsWith(`${start}/`));
}
