// The official client against our wire: whoever has it can use Karat without new code.
import OpenAI from "openai";
import { type Api, expect, test, url } from "../fixtures/karat";

type Model = { id: string; name: string; kind: "base" | "adapter"; chat: boolean };

async function client(api: Api): Promise<OpenAI> {
  const made = await api.post<{ secret: string }>("me/keys", { name: `client ${Date.now()}` });
  return new OpenAI({ apiKey: made.secret, baseURL: `${url()}/v1`, maxRetries: 0 });
}

test("models are listed under the names the API takes", async ({ api }) => {
  const openai = await client(api);
  const ids = (await openai.models.list()).data.map((model) => model.id);
  const { items } = await api.get<{ items: Model[] }>("models");
  expect(ids.sort()).toEqual(items.map((model) => model.name).sort());
  expect(ids.some((id) => id.includes(":"))).toBe(true);
});

test("chat answers, whole and streamed, with the same words for the same seed", async ({ api }) => {
  const openai = await client(api);
  const { items } = await api.get<{ items: Model[] }>("models");
  for (const model of items.filter((m) => m.chat)) {
    const ask = {
      model: model.name,
      messages: [{ role: "user" as const, content: "What is a datanet?" }],
      max_tokens: 24,
      temperature: 0.7,
      seed: 7,
    };
    const whole = await openai.chat.completions.create(ask);
    expect(whole.choices[0]?.message.role).toBe("assistant");
    expect(whole.usage?.completion_tokens).toBeGreaterThan(0);
    let streamed = "";
    let reason: string | null = null;
    for await (const chunk of await openai.chat.completions.create({ ...ask, stream: true })) {
      streamed += chunk.choices[0]?.delta.content ?? "";
      reason = chunk.choices[0]?.finish_reason ?? reason;
    }
    expect(streamed).toBe(whole.choices[0]?.message.content);
    expect(["stop", "length"]).toContain(reason);
  }
});

test("completions continue a text, whole and streamed", async ({ api }) => {
  const openai = await client(api);
  const { items } = await api.get<{ items: Model[] }>("models");
  const model = items.find((m) => m.kind === "adapter")?.name ?? "";
  const ask = { model, prompt: "A datanet is", max_tokens: 24, temperature: 0.7, seed: 7 };
  const whole = await openai.completions.create(ask);
  expect(whole.choices[0]?.text.length).toBeGreaterThan(0);
  let streamed = "";
  for await (const chunk of await openai.completions.create({ ...ask, stream: true })) {
    streamed += chunk.choices[0]?.text ?? "";
  }
  expect(streamed).toBe(whole.choices[0]?.text);
});

test("an unknown model and a wrong key are named in OpenAI's own error shape", async ({ api }) => {
  const openai = await client(api);
  const unknown = openai.completions.create({ model: "no-such-model", prompt: "x", max_tokens: 1 });
  await expect(unknown).rejects.toMatchObject({ status: 404 });
  const stranger = new OpenAI({ apiKey: "karat_wrong", baseURL: `${url()}/v1`, maxRetries: 0 });
  await expect(stranger.models.list()).rejects.toMatchObject({ status: 401 });
});
