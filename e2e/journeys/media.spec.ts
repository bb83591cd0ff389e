// Documents, pictures and sounds: findings at their places on the tray, and the same evidence in review.
import type { Page } from "@playwright/test";
import { violations } from "../fixtures/axe";
import { docx, pdf, png, wav, wrapped } from "../fixtures/files";
import { type Api, expect, signUp, test, url } from "../fixtures/karat";
import { essay, letter, text } from "../fixtures/words";

const t = text.contribute;
const s = text.specimen;

async function newDatanet(api: Api, modality: "text" | "image" | "audio", profile: string): Promise<string> {
  const name = `Assays of ${modality} ${Date.now()}`;
  const form = { name, purpose: "What is learned at the scales.", guidelines: "Accept what someone could repeat.", modality, profile, policy: "owner", open: true };
  return (await api.post<{ id: string }>("datanets", form)).id;
}

async function lay(page: Page, datanet: string, file: { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
  await page.goto(`${url()}/datanets/${datanet}/contribute`);
  await page.getByLabel(t.licence).fill("CC-BY-4.0");
  await page.getByLabel(t.consent).check();
  await page.setInputFiles("input[type=file]", file);
  await page.getByRole("button", { name: t.checkAll(1) }).click();
  await expect(page.getByRole("list", { name: t.checks })).toBeVisible({ timeout: 30_000 });
}

async function hand(page: Page): Promise<void> {
  await page.getByRole("button", { name: t.submitAll(1) }).click();
  const done = page.getByText(new RegExp(`^(${text.state.submission.in_review}|${text.state.submission.held})$`));
  await expect(done.first()).toBeVisible({ timeout: 30_000 });
}

/** Looked at in every width and theme, and by axe. */
async function look(page: Page, name: string): Promise<void> {
  for (const theme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    expect.soft(await violations(page), `${name} in ${theme}`).toEqual([]);
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      await page.screenshot({ path: `screenshots/${name}-${theme}-${width}.png`, fullPage: true, animations: "disabled" });
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect.soft(wider, `${name} scrolls sideways at ${width}`).toBeLessThanOrEqual(0);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  }
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "no-preference" });
}

async function contributor(page: Page): Promise<void> {
  await signUp(page, `clara-${Date.now()}`);
}

const PDF = "application/pdf";
const lines = wrapped(essay("Weighing silver", "silver spoon"));
const withMail = [...wrapped(essay("Weighing lead", "lead weight")), "Write to ada.byron@analytical.org if yours differs."];

test("a PDF shows its page with a box, is masked into a text, and is reviewed by keyboard", async ({ page, api, browser }) => {
  test.setTimeout(150_000);
  const id = await newDatanet(api, "text", "prose");
  const bench = await (await browser.newContext()).newPage();
  await contributor(bench);

  await test.step("the finding leads to its box on the second page", async () => {
    await lay(bench, id, { name: "weights.pdf", mimeType: PDF, buffer: pdf([lines, withMail], [1191, 842]) });
    await bench.getByRole("button", { name: s.place.page(2) }).first().click();
    const sheet = bench.getByRole("region", { name: s.pageDrawn(2) });
    await expect(sheet).toBeVisible();
    await expect(sheet.locator("[data-finding] rect").first()).toBeVisible();
    await expect(sheet.locator("svg"), "A3, lying").toHaveAttribute("viewBox", "0 0 1191 842");
    await look(bench, "contribute-pdf");
  });

  await test.step("the address is masked in a text made here, and checked again", async () => {
    await bench.getByRole("button", { name: t.maskSelected(1) }).click();
    await expect(bench.getByText(t.madeMasked("weights.pdf", 1))).toBeVisible();
    await expect(bench.getByRole("heading", { name: "weights.md" })).toBeVisible();
    await expect(bench.getByText(t.would.passed)).toBeVisible({ timeout: 30_000 });
    await expect(bench.getByText("email_address")).toHaveCount(0);
    await hand(bench);
  });

  await test.step("a second document goes in as it is", async () => {
    const other = [...wrapped(letter), "Ask bob@analytical.org for the moulds."];
    await lay(bench, id, { name: "Bob Smith kettle.pdf", mimeType: PDF, buffer: pdf([other]) });
    await hand(bench);
  });

  await test.step("the reviewer sees pages and jumps to the finding, never the author", async () => {
    await page.goto(`${url()}/review/${id}`);
    await expect(page.getByRole("article", { name: text.review.item })).toBeVisible();
    await page.keyboard.press("j");
    const sheet = page.getByRole("region", { name: s.pageDrawn(1) });
    await expect(sheet).toBeVisible();
    await page.keyboard.press("n");
    await expect(sheet.locator("[data-finding] rect").first()).toBeVisible();
    await expect(page.getByText("Bob Smith")).toHaveCount(0);
    await look(page, "review-pdf");
    await page.keyboard.press("a");
    await expect(page.getByText(text.review.decided.accepted)).toBeVisible();
  });
});

test("a Word document is read paragraph by paragraph", async ({ api, browser }) => {
  test.setTimeout(90_000);
  const id = await newDatanet(api, "text", "prose");
  const bench = await (await browser.newContext()).newPage();
  await contributor(bench);
  const paragraphs = [...essay("Weighing iron", "iron nail").split("\n").filter(Boolean), "Call or write: carla@analytical.org."];
  await lay(bench, id, { name: "iron.docx", mimeType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document", buffer: docx(paragraphs) });
  await bench.getByRole("button", { name: s.place.paragraph(paragraphs.length) }).first().click();
  await expect(bench.locator("mark[data-finding]").first()).toHaveText("carla@analytical.org");
});

test("a text loses an e-mail address, and only that", async ({ api, browser }) => {
  test.setTimeout(90_000);
  const id = await newDatanet(api, "text", "prose");
  const bench = await (await browser.newContext()).newPage();
  await contributor(bench);
  const source = `${essay("Weighing glass", "glass bead")}\nWrite to eva@analytical.org or to finn@analytical.org.\n`;
  await lay(bench, id, { name: "glass.md", mimeType: "text/markdown", buffer: Buffer.from(source) });
  await bench.getByRole("checkbox", { name: /finn@analytical\.org/ }).uncheck();
  await look(bench, "contribute-masks");
  await bench.getByRole("button", { name: t.maskSelected(1) }).click();
  await expect(bench.getByText(t.madeMasked("glass.md", 1))).toBeVisible();
  await expect(bench.getByRole("checkbox", { name: /finn@analytical\.org/ })).toBeVisible({ timeout: 30_000 });
  await expect(bench.getByRole("checkbox", { name: /eva@analytical\.org/ })).toHaveCount(0);
});

test("a text in another encoding is converted here", async ({ api, browser }) => {
  test.setTimeout(90_000);
  const id = await newDatanet(api, "text", "prose");
  const bench = await (await browser.newContext()).newPage();
  await contributor(bench);
  const german = "Größere Stücke wiegen wir zuerst, danach die kleinen; jede Zahl schreiben wir sofort auf. ".repeat(12);
  await lay(bench, id, { name: "waage.txt", mimeType: "text/plain", buffer: Buffer.from(german, "latin1") });
  await bench.getByRole("button", { name: t.convert }).click();
  await expect(bench.getByText(/converted from windows-1252 to UTF-8/)).toBeVisible();
  await expect(bench.getByText("not_utf8")).toHaveCount(0, { timeout: 30_000 });
});

test("a picture tells where it was taken, and is reviewed closely", async ({ page, api, browser }) => {
  test.setTimeout(120_000);
  const id = await newDatanet(api, "image", "photo");
  const bench = await (await browser.newContext()).newPage();
  await contributor(bench);
  await lay(bench, id, { name: "stones.png", mimeType: "image/png", buffer: png(640, 420) });
  await expect(bench.getByText(/gps|position|place it was taken|location/i).first()).toBeVisible();
  await expect(bench.getByRole("region", { name: s.picture })).toBeVisible();
  await look(bench, "contribute-image");
  await hand(bench);

  await page.goto(`${url()}/review/${id}`);
  const picture = page.getByRole("region", { name: s.picture });
  await expect(picture.getByRole("img")).toBeVisible();
  await page.keyboard.press("+");
  await expect(page.getByText(s.zoom(140))).toBeVisible();
  await page.keyboard.press("0");
  await expect(page.getByText(s.zoom(100))).toBeVisible();
  await look(page, "review-image");
  await page.keyboard.press("a");
  await expect(page.getByText(text.review.decided.accepted)).toBeVisible();
});

test("a recording is drawn, heard, and reviewed by keyboard", async ({ page, api, browser }) => {
  test.setTimeout(120_000);
  const id = await newDatanet(api, "audio", "speech");
  const bench = await (await browser.newContext()).newPage();
  await contributor(bench);
  await lay(bench, id, { name: "voice.wav", mimeType: "audio/wav", buffer: wav(6) });
  await expect(bench.getByRole("img", { name: s.wave })).toBeVisible();
  await expect(bench.getByRole("img", { name: s.spectrum })).toBeVisible();
  await bench.getByRole("button", { name: s.play }).click();
  await expect(bench.getByRole("button", { name: s.pause })).toBeVisible();
  await bench.getByRole("button", { name: s.pause }).click();
  await look(bench, "contribute-audio");
  await hand(bench);

  await page.goto(`${url()}/review/${id}`);
  await expect(page.getByRole("img", { name: s.wave })).toBeVisible();
  const position = page.getByRole("slider", { name: s.position });
  await expect(position).toBeEnabled();
  await page.keyboard.press("ArrowRight");
  await expect(position).toHaveValue(/^[45]\d{3}$/);
  await page.keyboard.press("Space");
  await look(page, "review-audio");
  await page.keyboard.press("r");
  await page.keyboard.press("8");
  await page.keyboard.press("Enter");
  await expect(page.getByText(text.review.decided.rejected)).toBeVisible();
});
