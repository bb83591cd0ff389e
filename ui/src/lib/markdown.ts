/** The small part of Markdown that guidelines, cards and answers use. */
export type Block =
  | { kind: "heading"; level: number; text: string }
  | { kind: "paragraph"; text: string }
  | { kind: "code"; text: string }
  | { kind: "list"; ordered: boolean; items: string[] }
  | { kind: "table"; head: string[]; rows: string[][] };

export type Inline =
  | { kind: "text" | "code" | "strong" | "em"; text: string }
  | { kind: "link"; text: string; href: string };

const bullet = /^\s*(?:[-*+]|(\d+)[.)])\s+(.*)$/;

/** The cells of `| a | b |`; none when the line is no row of a table. */
function cells(line: string): string[] | null {
  const inner = /^\s*\|(.*)\|\s*$/.exec(line)?.[1];
  return inner === undefined ? null : inner.split("|").map((cell) => cell.trim());
}

const isRule = (row: readonly string[]) => row.every((cell) => /^:?-+:?$/.test(cell));

function addRow(out: Block[], row: string[]): void {
  const last = out.at(-1);
  if (last?.kind !== "table") out.push({ kind: "table", head: row, rows: [] });
  else if (!isRule(row)) last.rows.push(row);
}

export function blocks(source: string): Block[] {
  const out: Block[] = [];
  let paragraph: string[] = [];
  let code: string[] | null = null;
  const flush = () => {
    if (paragraph.length > 0) out.push({ kind: "paragraph", text: paragraph.join(" ") });
    paragraph = [];
  };
  for (const line of source.split("\n")) {
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    const item = bullet.exec(line);
    const row = code ? null : cells(line);
    const last = out.at(-1);
    if (/^\s*```/.test(line)) {
      if (code) out.push({ kind: "code", text: code.join("\n") });
      flush();
      code = code ? null : [];
    } else if (code) {
      code.push(line);
    } else if (line.trim() === "") {
      flush();
    } else if (row) {
      flush();
      addRow(out, row);
    } else if (heading) {
      flush();
      out.push({ kind: "heading", level: heading[1]?.length ?? 1, text: heading[2] ?? "" });
    } else if (item) {
      flush();
      const ordered = item[1] !== undefined;
      if (last?.kind === "list" && last.ordered === ordered) last.items.push(item[2] ?? "");
      else out.push({ kind: "list", ordered, items: [item[2] ?? ""] });
    } else if (last?.kind === "list" && paragraph.length === 0 && /^\s{2,}\S/.test(line)) {
      last.items[last.items.length - 1] += ` ${line.trim()}`;
    } else {
      paragraph.push(line.trim());
    }
  }
  if (code) out.push({ kind: "code", text: code.join("\n") });
  flush();
  return out;
}

const token = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(([^()\s]+)\)/g;

/** Only addresses that cannot run anything become links. */
function safe(href: string): boolean {
  return /^(?:https?:\/\/|\/(?!\/)|#)/.test(href);
}

export function inline(text: string): Inline[] {
  const out: Inline[] = [];
  let at = 0;
  for (const match of text.matchAll(token)) {
    if (match.index > at) out.push({ kind: "text", text: text.slice(at, match.index) });
    const [whole, code, strong, em, label, href] = match;
    if (code) out.push({ kind: "code", text: code });
    else if (strong) out.push({ kind: "strong", text: strong });
    else if (em) out.push({ kind: "em", text: em });
    else if (label && href && safe(href)) out.push({ kind: "link", text: label, href });
    else out.push({ kind: "text", text: whole });
    at = match.index + whole.length;
  }
  if (at < text.length) out.push({ kind: "text", text: text.slice(at) });
  return out;
}
