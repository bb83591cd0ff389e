/** Reads what an address says after its question mark; nonsense reads as nothing. */
export type Search = Record<string, unknown>;

export function word(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

export function flag(value: unknown): boolean | undefined {
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  return undefined;
}

export function oneOf<T extends string>(value: unknown, list: readonly T[]): T | undefined {
  return list.find((item) => item === value);
}

/** Only a path of this site may be gone to after sign-in. */
export function localPath(next: string | undefined): string {
  if (!next || !next.startsWith("/") || next.startsWith("//") || next.includes("\\")) return "/";
  return next;
}
