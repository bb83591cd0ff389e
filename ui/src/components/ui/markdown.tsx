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
            // What cannot be broken scrolls; the region is reachable by keyboard.
            // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
            <pre key={key} tabIndex={0}>
              <code>{block.text}</code>
            </pre>
          );
        }
        if (block.kind === "table") return <MarkdownTable key={key} head={block.head} rows={block.rows} />;
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

/** A table; one whose head says nothing is a list of facts. */
function MarkdownTable({ head, rows }: { head: string[]; rows: string[][] }) {
  return (
    <table className="border-collapse text-sm">
      {head.some(Boolean) && (
        <thead className="text-xs text-muted">
          <tr>
            {head.map((cell, i) => (
              <th key={i} scope="col" className="border-b border-line-strong py-1 pe-6 text-start font-medium">
                {spans(cell)}
              </th>
            ))}
          </tr>
        </thead>
      )}
      <tbody>
        {rows.map((row, i) => (
          <tr key={i} className="border-b border-line">
            {row.map((cell, j) => (
              <td key={j} className="py-1 pe-6 align-top break-words">
                {spans(cell)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** One line of words with emphasis. */
export function Words({ source }: { source: string }) {
  return <>{spans(source)}</>;
}

function spans(text: string): ReactNode {
  return inline(text).map((piece, i) => <Fragment key={`${i}-${piece.text.slice(0, 8)}`}>{span(piece)}</Fragment>);
}

function span(piece: Inline): ReactNode {
  if (piece.kind === "code") return <code className="wrap-anywhere">{piece.text}</code>;
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
