import { en } from "./en";

/** The shape every language fills; English is the first. */
export type Catalogue = typeof en;

/** The words of the interface. */
export const text: Catalogue = en;

/** How numbers and dates are written. */
export const locale = "en-GB";
