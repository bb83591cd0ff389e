import type { ReactNode } from "react";
import { cx } from "@/lib/cx";

export interface Column<T> {
  key: string;
  head: ReactNode;
  cell: (item: T) => ReactNode;
  number?: boolean;
  className?: string;
}

interface TableProps<T> {
  caption: string;
  columns: Column<T>[];
  items: readonly T[];
  id: (item: T) => string;
}

/** A table that scrolls by itself on a narrow screen, reachable by keyboard. */
export function Table<T>({ caption, columns, items, id }: TableProps<T>) {
  return (
    // Scrollable regions must be reachable without a mouse.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div role="region" aria-label={caption} tabIndex={0} className="overflow-x-auto">
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="border-b border-line-strong text-start text-xs text-muted">
            {columns.map((column) => (
              <th key={column.key} scope="col" className={cx("px-3 py-2 font-medium first:ps-0 last:pe-0", column.number ? "text-end" : "text-start", column.className)}>
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={id(item)} className="border-b border-line">
              {columns.map((column) => (
                <td key={column.key} className={cx("px-3 py-(--row-y) align-middle first:ps-0 last:pe-0", column.number && "num text-end font-mono", column.className)}>
                  {column.cell(item)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
