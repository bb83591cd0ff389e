const number = new Intl.NumberFormat("en-GB");

/** "1 row", "2,000 rows" */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${number.format(n)} ${n === 1 ? one : many}`;
}
