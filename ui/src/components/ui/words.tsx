import { localMoment } from "@/lib/format";
import { coded } from "@/lib/sentence";

/** A sentence in which what stands between backticks is code, between asterisks stress, and moments are told in local time. */
export function Words({ children }: { children: string }) {
  return coded(children).map(({ text, kind }, i) => {
    if (kind === "stress") return <em key={i}>{text}</em>;
    if (kind === "time")
      return (
        <time key={i} dateTime={text}>
          {localMoment(text)}
        </time>
      );
    if (kind === "words") return <span key={i}>{text}</span>;
    return (
      <code key={i} className="font-mono text-xs wrap-anywhere">
        {text}
      </code>
    );
  });
}
