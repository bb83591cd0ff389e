export interface EndLabel {
  text: string;
  color: string;
  y: number;
}

/** Moves labels apart so that none covers another; order is kept. */
export function spread(labels: EndLabel[], gap: number, min: number, max: number): EndLabel[] {
  const sorted = labels.toSorted((a, b) => a.y - b.y).map((label) => ({ ...label }));
  sorted.forEach((label, i) => {
    const before = sorted[i - 1];
    label.y = Math.max(label.y, before ? before.y + gap : min);
  });
  for (let i = sorted.length - 1; i >= 0; i -= 1) {
    const label = sorted[i];
    const after = sorted[i + 1];
    if (label) label.y = Math.min(label.y, after ? after.y - gap : max);
  }
  return sorted;
}
