import { text } from "@/text";
import type { Series } from "./options";

interface SeriesTableProps {
  title: string;
  x: number[];
  series: Series[];
  xLabel: (x: number) => string;
  yLabel: (y: number) => string;
}

const most = 400;

/** The chart's numbers; very long ones are thinned evenly, keeping every rare measurement. */
export function SeriesTable({ title, x, series, xLabel, yLabel }: SeriesTableProps) {
  const stride = Math.max(1, Math.ceil(x.length / most));
  const rows = x.flatMap((value, i) => {
    const rare = series.some((one) => one.points && one.values[i] !== null);
    return i % stride === 0 || rare || i === x.length - 1 ? [{ value, i }] : [];
  });
  return (
    // Scrollable regions must be reachable without a mouse.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div role="region" aria-label={title} tabIndex={0} className="max-h-96 overflow-auto border-y border-line">
      <table className="w-full text-sm">
        <caption className="sr-only">{title}</caption>
        <thead className="sticky top-0 bg-paper text-xs text-muted">
          <tr>
            <th scope="col" className="py-2 text-start font-medium">
              {text.factory.run.step}
            </th>
            {series.map((one) => (
              <th key={one.label} scope="col" className="px-3 py-2 text-end font-medium">
                {one.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ value, i }) => (
            <tr key={value} className="border-t border-line">
              <th scope="row" className="num py-1 text-start font-normal">
                {xLabel(value)}
              </th>
              {series.map((one) => {
                const y = one.values[i];
                return (
                  <td key={one.label} className="num px-3 py-1 text-end font-mono">
                    {y === null || y === undefined ? "" : yLabel(y)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
