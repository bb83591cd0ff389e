// A run is started from the form, watched while it moves, survives a reload, and is talked to.
import { expect, test, url } from "../fixtures/karat";
import { text } from "../fixtures/words";

type Page<T> = { items: T[] };

test("a run moves, survives a reload, and its adapter answers", async ({ page, api }) => {
  test.setTimeout(180_000);
  const t = text.factory;
  const name = `journey-${Date.now()}`;

  await test.step("the form needs a base, data and a name", async () => {
    await page.goto(`${url()}/runs/new`);
    await page.getByLabel(t.form.base, { exact: true }).selectOption({ index: 1 });
    await page.getByLabel(t.form.release, { exact: true }).selectOption({ index: 1 });
    await page.getByLabel(t.form.name, { exact: true }).fill(name);
    await expect(page.getByText("karat train --model")).toBeVisible();
    await page.getByRole("button", { name: t.form.start }).click();
    await expect(page).toHaveURL(/\/runs\/[0-9a-f-]{36}$/);
  });

  const id = new URL(page.url()).pathname.split("/").pop() ?? "";
  const steps = async () => (await api.get<{ metrics: unknown[] }>(`runs/${id}`)).metrics.length;

  await test.step("the chart moves and a reload keeps it", async () => {
    const caption = page.locator("figure figcaption").first();
    await expect(caption).not.toContainText(t.run.caption.waiting);
    const shown = await caption.textContent();
    const before = await steps();
    await page.reload();
    await expect(page.getByRole("heading", { name })).toBeVisible();
    await expect(page.locator("figure figcaption").first()).not.toContainText(t.run.caption.waiting);
    expect(shown).not.toBe("");
    expect(await steps()).toBeGreaterThanOrEqual(before);
  });

  await test.step("it ends with an adapter", async () => {
    await expect(page.getByText(t.run.event.done)).toBeVisible({ timeout: 120_000 });
    await page.screenshot({ path: "screenshots/run-done.png", fullPage: true });
    const { items } = await api.get<Page<{ name: string; run: string | null }>>("models");
    expect(items.find((model) => model.run === id)?.name).toContain(`:${name}`);
  });

  await test.step("base and adapter answer side by side", async () => {
    await page.getByRole("link", { name: t.run.chat }).click();
    await page.getByRole("textbox", { name: text.playground.message }).fill("What is a datanet?");
    await page.getByRole("button", { name: text.playground.send }).click();
    await expect(page.getByText(/pieces in/)).toHaveCount(2, { timeout: 30_000 });
  });
});
