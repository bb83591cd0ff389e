/**
 * RFC 6962 inclusion proofs, verified where you read them.
 *
 * leaf = SHA-256(0x00 ‖ canonical JSON of the row), node = SHA-256(0x01 ‖ left ‖ right).
 */
import type { Row, RowProof } from "@/api/types";

/** RFC 8785 for what rows are made of: objects, arrays, strings, booleans, null and integers. */
export function canonical(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new Error("canonical JSON of a row holds whole numbers only");
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "object") {
    // Default sort order is by UTF-16 code units, which is what RFC 8785 asks for.
    const keys = Object.keys(value).toSorted();
    const fields = value as Record<string, unknown>;
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(fields[key])}`).join(",")}}`;
  }
  throw new Error(`canonical JSON has no ${typeof value}`);
}

/** The version of the row's shape that is hashed. */
const ROW_VERSION = 1;

/** The bytes a row's leaf is made from. */
export function rowText(row: Row): string {
  const { content, contributor, submission, span, licence } = row;
  return canonical({ v: ROW_VERSION, content, contributor, submission, span, licence });
}

async function sha256(prefix: number, ...parts: Uint8Array[]): Promise<Uint8Array> {
  const bytes = new Uint8Array(1 + parts.reduce((sum, part) => sum + part.length, 0));
  bytes[0] = prefix;
  let at = 1;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function unhex(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) throw new Error(`not lower-case hex: ${text.slice(0, 20)}`);
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** The leaf of a row, computed from its fields alone. */
export async function leafOf(row: Row): Promise<string> {
  return hex(await sha256(0, new TextEncoder().encode(rowText(row))));
}

/** The root that `path` leads to from `leaf` at `index` in a tree of `size`; RFC 9162 §2.1.3.2. */
export async function rootFrom(leaf: string, index: number, size: number, path: string[]): Promise<string> {
  if (index >= size) throw new Error(`row ${index} is outside a tree of ${size}`);
  let node = index;
  let last = size - 1;
  let hash = unhex(leaf);
  for (const step of path.map(unhex)) {
    if (last === 0) throw new Error("the path is longer than the tree is high");
    if (node % 2 === 1 || node === last) {
      hash = await sha256(1, step, hash);
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2);
        last = Math.floor(last / 2);
      }
    } else {
      hash = await sha256(1, hash, step);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  if (last !== 0) throw new Error("the path is shorter than the tree is high");
  return hex(hash);
}

export interface Verification {
  leaf: string;
  root: string;
  leafMatches: boolean;
  rootMatches: boolean;
}

/** Recomputes a proof from the row's own words; `root` is the one the release states. */
export async function verify(proof: RowProof, root: string): Promise<Verification> {
  const leaf = await leafOf(proof.row);
  const reached = await rootFrom(leaf, proof.row.index, proof.size, proof.path);
  return { leaf, root: reached, leafMatches: leaf === proof.row.leaf, rootMatches: reached === root };
}
