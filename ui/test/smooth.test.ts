import { expect, test } from "vitest";
import { spread } from "@/components/chart/labels";
import { smooth, smoothingFor } from "@/lib/smooth";

test("a constant stays what it is from the first value on", () => {
  for (const value of smooth([3, 3, 3, 3])) expect(value).toBeCloseTo(3);
});

test("gaps stay gaps and move nothing", () => {
  const [a, gap, b] = smooth([2, null, 4], 0.5);
  expect(a).toBeCloseTo(2);
  expect(gap).toBeNull();
  expect(b).toBeCloseTo((0.25 * 2 + 0.5 * 4) / 0.75);
});

test("few points are not smoothed, many are, never beyond measure", () => {
  expect(smoothingFor(5)).toBe(0);
  expect(smoothingFor(100)).toBeCloseTo(0.92);
  expect(smoothingFor(1e6)).toBe(0.97);
});

test("labels at the ends of lines move apart and stay inside", () => {
  const labels = [90, 91, 10].map((y, i) => ({ text: String(i), color: "", y }));
  const ys = spread(labels, 15, 0, 100).map((label) => label.y);
  expect(ys).toEqual([10, 85, 100]);
});
