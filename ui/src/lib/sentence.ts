const id = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

/** A sentence in pieces: words, and the ids of submissions among them. */
export function named(sentence: string): { text: string; id?: string }[] {
  return sentence
    .split(new RegExp(`(${id.source})`))
    .filter((piece) => piece !== "")
    .map((piece) => (id.test(piece) ? { text: piece, id: piece } : { text: piece }));
}

/** A sentence with ids of submissions said in words, for where no link can stand. */
export function unnamed(sentence: string, word: string): string {
  return named(sentence)
    .map((piece) => (piece.id ? word : piece.text))
    .join("");
}

const stressed = /`([^`]*)`|(?<![\w*])\*([^\s*](?:[^*]*[^\s*])?)\*(?![\w*])|(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:\.\d+)?Z)/g;

export interface Piece {
  text: string;
  kind: "words" | "code" | "stress" | "time";
}

/** A text in pieces: words, what stands between backticks or asterisks, and moments as programs write them. */
export function coded(source: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of source.matchAll(stressed)) {
    pieces.push({ text: source.slice(at, match.index), kind: "words" });
    const kind = match[1] !== undefined ? "code" : match[2] !== undefined ? "stress" : "time";
    pieces.push({ text: match[1] ?? match[2] ?? match[0], kind });
    at = match.index + match[0].length;
  }
  pieces.push({ text: source.slice(at), kind: "words" });
  return pieces.filter((piece) => piece.text !== "");
}
