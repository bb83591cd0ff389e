// One story: a file is checked, mended, handed in, reviewed, ranked and released.
import { type Api, expect, signUp, test, url } from "../fixtures/karat";
import { essay, letter, text } from "../fixtures/words";

async function newDatanet(api: Api, name: string): Promise<string> {
  const form = {
    name,
    purpose: "What is learned at the scales.",
    guidelines: "Accept what someone could repeat.",
    modality: "text",
    policy: "owner",
    open: true,
  };
  return (await api.post<{ id: string }>("datanets", form)).id;
}

const file = (name: string, content: string) => ({ name, mimeType: "text/markdown", buffer: Buffer.from(content) });

/** How many trays the browser keeps. */
function trays(): Promise<number> {
  return new Promise((resolve) => {
    const opening = indexedDB.open("karat", 1);
    opening.addEventListener("success", () => {
      const count = opening.result.transaction("trays").objectStore("trays").count();
      count.addEventListener("success", () => {
        opening.result.close();
        resolve(count.result);
      });
    });
  });
}

test("a file goes from the tray into a release", async ({ page, api, browser }) => {
  test.setTimeout(120_000);
  // Nobody reviews what is his own: another person hands it in.
  const contributor = `berta-${Date.now()}`;
  const bench = await (await browser.newContext()).newPage();
  await signUp(bench, contributor);
  const id = await newDatanet(api, `Weighing ${Date.now()}`);

  await test.step("the pre-check names what is wrong and keeps the form", async () => {
    await bench.goto(`${url()}/datanets/${id}/contribute`);
    await bench.setInputFiles("input[type=file]", file("short.md", "Too short."));
    await bench.getByRole("button", { name: text.contribute.checkAll(1) }).click();
    await expect(bench.getByText(text.contribute.declareFirst)).toBeVisible();
    await expect(bench.getByLabel(text.contribute.licence)).toBeFocused();
    await expect(bench.getByText(text.contribute.would.refused)).toHaveCount(0);
    await bench.getByLabel(text.contribute.licence).fill("CC-BY-4.0");
    await bench.getByLabel(text.contribute.consent).check();
    await bench.getByRole("button", { name: text.contribute.checkAll(1) }).click();
    await expect(bench.getByText(text.contribute.would.refused)).toBeVisible();
    await expect(bench.getByText("text_too_short").first()).toBeVisible();
    await expect(bench.getByLabel(text.contribute.licence)).toHaveValue("CC-BY-4.0");
    await bench.getByRole("button", { name: text.contribute.remove("short.md") }).click();
  });

  await test.step("what lies on the tray is there after a reload", async () => {
    await bench.setInputFiles("input[type=file]", file("kept.md", "Kept."));
    await expect.poll(() => bench.evaluate(trays)).toBe(1);
    await bench.reload();
    await expect(bench.getByRole("heading", { name: "kept.md" })).toBeVisible();
    await bench.getByRole("button", { name: text.contribute.remove("kept.md") }).click();
    await bench.getByLabel(text.contribute.consent).check();
  });

  await test.step("good files are handed in and wait for review", async () => {
    const good = [file("gold.md", essay("Weighing gold", "gold ring")), file("tin.md", letter)];
    await bench.setInputFiles("input[type=file]", good);
    await bench.getByRole("button", { name: text.contribute.submitAll(2) }).click();
    await expect(bench.getByText(text.state.submission.in_review)).toHaveCount(2);
  });

  await test.step("the owner reviews them by keyboard alone", async () => {
    await page.goto(`${url()}/review`);
    await page.getByRole("link", { name: new RegExp(`^${text.review.start}.*Weighing`) }).press("Enter");
    await expect(page.getByText(text.review.position(1, 2))).toBeVisible();
    await page.keyboard.press("a");
    await expect(page.getByText(text.review.position(2, 2))).toBeVisible();
    await page.keyboard.press("u");
    await expect(page.getByText(text.review.position(1, 2))).toBeVisible();
    await page.keyboard.press("a");
    await expect(page.getByText(text.review.position(2, 2))).toBeVisible();
    await page.keyboard.press("r");
    await page.keyboard.press("2");
    await page.keyboard.press("Enter");
    await expect(page.getByText(text.review.doneTitle)).toBeVisible();
  });

  await test.step("the board shows what was proven", async () => {
    await expect(async () => {
      const net = await api.get<{ counts: { accepted: number; rejected: number } }>(`datanets/${id}`);
      expect(net.counts).toMatchObject({ accepted: 1, rejected: 1 });
    }).toPass();
    await page.goto(`${url()}/datanets/${id}?tab=standing`);
    await expect(page.getByRole("link", { name: contributor }).first()).toBeVisible();
  });

  await test.step("what was accepted is released, and a row proven in the browser", async () => {
    await page.goto(`${url()}/datanets/${id}?tab=releases`);
    await page.getByRole("button", { name: text.datanet.makeRelease }).click();
    await page.getByRole("dialog").getByRole("button", { name: text.datanet.makeRelease }).click();
    await page.getByRole("link", { name: text.release.short(1) }).click();
    await expect(page.getByText(text.release.rootExplain)).toBeVisible();
    await page.getByRole("tab", { name: text.release.tabs.rows }).click();
    await page.getByRole("button", { name: text.release.prove }).first().click();
    await expect(page.getByText(text.release.verified)).toBeVisible();
  });

  await test.step("what is withdrawn is gone for everybody, and says what it stopped", async () => {
    const release = (await api.get<{ items: { id: string }[] }>(`datanets/${id}/releases`)).items[0]?.id ?? "";
    const row = (await api.get<{ items: { submission: string }[] }>(`releases/${release}/rows`)).items[0];
    await bench.goto(`${url()}/submissions/${row?.submission}`);
    await bench.getByRole("button", { name: text.contribute.withdraw }).click();
    const dialog = bench.getByRole("dialog");
    await expect(dialog.getByText(text.contribute.withdrawStops(text.release.short(1), 1))).toBeVisible();
    await dialog.getByRole("button", { name: text.contribute.withdrawForGood }).click();
    await expect(bench.getByText(text.contribute.tombstone.releases)).toBeVisible();
    await expect(bench.getByRole("link", { name: text.contribute.download })).toHaveCount(0);
    const visitor = await (await browser.newContext()).newPage();
    await visitor.goto(`${url()}/submissions/${row?.submission}`);
    await expect(visitor.getByText(text.state.submission.withdrawn)).toBeVisible();
    await visitor.getByRole("link", { name: new RegExp(`${text.release.eyebrow} 1$`, "i") }).click();
    // Of the release's own page: the one it comes from says it in the middle of a sentence.
    await expect(visitor.getByText(text.state.releaseStopped, { exact: true })).toBeVisible();
  });
});
