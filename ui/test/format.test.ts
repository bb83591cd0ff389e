import { describe, expect, test } from "vitest";
import { ago, basisPoints, bytes, compact, duration, fineness, moment, rate } from "@/lib/format";

describe("numbers carry their units", () => {
  test.each([
    [999, "999 B"],
    [1500, "1.5 kB"],
    [10_000_000, "10 MB"],
    [312_000_000, "312 MB"],
  ])("%i bytes", (n, shown) => expect(bytes(n)).toBe(shown));
  test.each([
    [0.4, "0 s"],
    [59.6, "1 min"],
    [250, "4 min 10 s"],
    [7500, "2 h 5 min"],
  ])("%f seconds", (n, shown) => expect(duration(n)).toBe(shown));
  test.each([
    [2e-4, "2e-4"],
    [1.5e-5, "1.5e-5"],
    [1.99997e-4, "2e-4"],
    [0, "0"],
  ])("learning rate %f", (n, shown) => expect(rate(n)).toBe(shown));
  test("large counts keep a capital M", () => {
    expect(compact(1_843_200)).toBe("1.84 M");
    expect(compact(131_072)).toBe("131 k");
  });
});

describe("proofs are never rounded up", () => {
  test("standing", () => expect(basisPoints(6789)).toBe("67.8 %"));
  test("fineness", () => {
    expect(fineness(412, 63)).toBe(867);
    expect(fineness(999, 1)).toBe(999);
    expect(fineness(0, 0)).toBeNull();
  });
});

describe("times", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");
  test("near ones are told as a distance", () => {
    expect(ago("2026-11-21T11:59:40Z", now)).toBe("just now");
    expect(ago("2026-11-21T11:56:00Z", now)).toBe("4 minutes ago");
    expect(ago("2026-11-20T12:00:00Z", now)).toBe("yesterday");
  });
  test("far ones as a date", () => expect(ago("2026-10-01T12:00:00Z", now)).toBe("1 Oct 2026"));
  test("exact ones in UTC", () => expect(moment("2026-11-21T12:04:00Z")).toBe("21 Nov 2026, 12:04 UTC"));
});
