// Every route in both themes: axe finds nothing, and a screenshot is kept to be looked at.
import { violations } from "../fixtures/axe";
import { expect, test, url } from "../fixtures/karat";
import { routes, visitorRoutes } from "../fixtures/routes";
import type { Page } from "@playwright/test";

const THEMES = ["light", "dark"] as const;
const WIDTHS = [360, 768, 1280];

/** The page once nothing moves or loads any more. Streams stay open, so the network never idles. */
async function settled(page: Page): Promise<void> {
  await page.locator("h1").first().waitFor();
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
}

async function look(page: Page, all: Record<string, string>, theme: (typeof THEMES)[number]): Promise<void> {
  await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
  for (const [name, path] of Object.entries(all)) {
    await page.goto(`${url()}${path}`);
    await settled(page);
    expect.soft(await violations(page), `${path} in ${theme}`).toEqual([]);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      const file = `screenshots/${name}-${theme}-${width}.png`;
      await page.screenshot({ path: file, fullPage: true, animations: "disabled" });
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect.soft(wider, `${path} scrolls sideways at ${width}`).toBeLessThanOrEqual(0);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  }
}

for (const theme of THEMES) {
  test(`every route signed in, ${theme}`, async ({ page, api }) => {
    test.setTimeout(240_000);
    await look(page, await routes(api), theme);
  });

  test(`every route of a visitor, ${theme}`, async ({ page }) => {
    test.setTimeout(120_000);
    await look(page, visitorRoutes, theme);
  });
}
