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

/** A text in pieces: words, and what stands between backticks. */
export function coded(source: string): { text: string; code: boolean }[] {
  return source
    .split("`")
    .map((text, i) => ({ text, code: i % 2 === 1 }))
    .filter((piece) => piece.text !== "");
}
