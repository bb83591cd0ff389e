/** Exponential moving average with bias correction: the first values are not pulled to zero. */
export function smooth(values: readonly (number | null | undefined)[], weight = 0.9): (number | null)[] {
  let average = 0;
  let seen = 0;
  return values.map((value) => {
    if (value === null || value === undefined || !Number.isFinite(value)) return null;
    average = weight * average + (1 - weight) * value;
    seen += 1;
    return average / (1 - weight ** seen);
  });
}

/** Weight that fits the number of points: few points are hardly smoothed. */
export function smoothingFor(points: number): number {
  if (points < 10) return 0;
  return Math.min(0.97, 1 - 8 / points);
}
