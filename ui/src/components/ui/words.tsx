import { coded } from "@/lib/sentence";

/** A sentence in which what stands between backticks is set as code. */
export function Words({ children }: { children: string }) {
  return coded(children).map((piece, i) =>
    piece.code ? (
      <code key={i} className="font-mono text-xs wrap-anywhere">
        {piece.text}
      </code>
    ) : (
      <span key={i}>{piece.text}</span>
    ),
  );
}
