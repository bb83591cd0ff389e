import { describe, expect, test } from "vitest";
import { canonical, leafOf, rootFrom, rowText, verify } from "@/lib/merkle";
import vector from "./merkle.json";

function proofOf(index: number) {
  const found = vector.rows[index];
  if (!found) throw new Error(`the vector has no row ${index}`);
  const { path, ...row } = found;
  return { row, root: vector.root, size: vector.size, path };
}

describe("canonical JSON", () => {
  test("sorts keys, keeps arrays, escapes as RFC 8785 asks", () => {
    expect(canonical({ b: [2, "x"], a: "é\n\u0001" })).toBe('{"a":"é\\n\\u0001","b":[2,"x"]}');
  });
  test("refuses numbers a row never holds", () => {
    expect(() => canonical({ a: 1.5 })).toThrow(/whole numbers/);
  });
  test("writes a row as the server does", () => {
    expect(rowText(proofOf(0).row)).toBe(vector.first_text);
  });
});

describe("proofs of a tree of seven rows, made by another program", () => {
  test.each(vector.rows.map((row) => row.index))("row %i leads to the root", async (index) => {
    const proof = proofOf(index);
    await expect(leafOf(proof.row)).resolves.toBe(proof.row.leaf);
    await expect(verify(proof, vector.root)).resolves.toMatchObject({ leafMatches: true, rootMatches: true });
  });
  test("one changed letter is found", async () => {
    const proof = proofOf(3);
    proof.row = { ...proof.row, content: "emoji 🥖 Loaf" };
    await expect(verify(proof, vector.root)).resolves.toMatchObject({ leafMatches: false, rootMatches: false });
  });
  test("another place in the tree is found", async () => {
    const proof = proofOf(2);
    expect(await rootFrom(proof.row.leaf, 3, proof.size, proof.path)).not.toBe(vector.root);
  });
  test("a path of the wrong length is refused", async () => {
    const proof = proofOf(2);
    await expect(rootFrom(proof.row.leaf, 2, 7, proof.path.slice(1))).rejects.toThrow(/shorter/);
    await expect(rootFrom(proof.row.leaf, 2, 7, [...proof.path, vector.root])).rejects.toThrow(/longer/);
    await expect(rootFrom(proof.row.leaf, 7, 7, proof.path)).rejects.toThrow(/outside/);
  });
});
