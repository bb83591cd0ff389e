const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A text that is cut where the server counts: in bytes of UTF-8. */
export class ByteText {
  readonly bytes: Uint8Array;

  constructor(source: string) {
    this.bytes = encoder.encode(source);
  }

  slice(start: number, end: number): string {
    return decoder.decode(this.bytes.subarray(start, end));
  }

  /** Line of a byte, from 1. */
  lineOf(byte: number): number {
    let line = 1;
    for (let i = 0; i < Math.min(byte, this.bytes.length); i += 1) if (this.bytes[i] === 10) line += 1;
    return line;
  }
}
