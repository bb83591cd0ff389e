import { Fragment, type ReactNode } from "react";
import { blocks, inline, type Inline } from "@/lib/markdown";
import { cx } from "@/lib/cx";

/** Markdown as React elements: what people wrote can never become active content. */
export function Markdown({ source, className }: { source: string; className?: string }) {
  return (
    <div className={cx("prose", className)}>
      {blocks(source).map((block, i) => {
        const key = `${block.kind}-${i}`;
        if (block.kind === "heading") return <p key={key} className="pt-2 text-base font-semibold">{spans(block.text)}</p>;
        if (block.kind === "code") {
          return (
            // Long lines scroll; the region is reachable by keyboard.
            // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
            <pre key={key} tabIndex={0}>
              <code>{block.text}</code>
            </pre>
          );
        }
        if (block.kind === "list") {
          const List = block.ordered ? "ol" : "ul";
          return (
            <List key={key}>
              {block.items.map((item, j) => (
                <li key={`${j}-${item.slice(0, 12)}`}>{spans(item)}</li>
              ))}
            </List>
          );
        }
        return <p key={key}>{spans(block.text)}</p>;
      })}
    </div>
  );
}

function spans(text: string): ReactNode {
  return inline(text).map((piece, i) => <Fragment key={`${i}-${piece.text.slice(0, 8)}`}>{span(piece)}</Fragment>);
}

function span(piece: Inline): ReactNode {
  if (piece.kind === "code") return <code>{piece.text}</code>;
  if (piece.kind === "strong") return <strong>{piece.text}</strong>;
  if (piece.kind === "em") return <em>{piece.text}</em>;
  if (piece.kind === "link") {
    return (
      <a href={piece.href} rel="noreferrer nofollow">
        {piece.text}
      </a>
    );
  }
  return piece.text;
}
