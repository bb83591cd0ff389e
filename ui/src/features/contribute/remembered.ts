import type { Declaration } from "@/api/types";

const storageKey = "karat.declaration";

export const emptyDeclaration: Declaration = { licence: "", origin: "own", source_type: "human", consent: false, trial: false };

function stored(key: string): Partial<Declaration> | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null") as Partial<Declaration> | null;
  } catch {
    return null;
  }
}

/** The declaration as it was last given on this device, to this datanet or else anywhere; consent is given anew each time. */
export function rememberedDeclaration(datanet: string, licences: readonly string[] = []): Declaration {
  const last = { ...emptyDeclaration, ...(stored(`${storageKey}.${datanet}`) ?? stored(storageKey)), consent: false, trial: false };
  if (licences.length === 0 || licences.includes(last.licence)) return last;
  return { ...last, licence: licences.length === 1 ? (licences[0] ?? "") : "" };
}

export function rememberDeclaration(datanet: string, { licence, origin, source_type }: Declaration): void {
  try {
    const kept = JSON.stringify({ licence, origin, source_type });
    localStorage.setItem(`${storageKey}.${datanet}`, kept);
    localStorage.setItem(storageKey, kept);
  } catch {
    // Private windows keep nothing; the form still works.
  }
}
