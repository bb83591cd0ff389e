import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { text } from "@/text";

/** Every entry with its path. */
function entries(node: unknown, path = "text"): [string, unknown][] {
  if (typeof node !== "object" || node === null) return [[path, node]];
  return Object.entries(node).flatMap(([key, value]) => entries(value, `${path}.${key}`));
}

const all = entries(text);

describe("the catalogue", () => {
  test("has only words and sentences made of facts", () => {
    expect(all.length).toBeGreaterThan(400);
    expect(all.filter(([, value]) => typeof value !== "string" && typeof value !== "function")).toEqual([]);
  });
  test("has no empty entry", () => {
    expect(all.filter(([, value]) => typeof value === "string" && value.trim() === "")).toEqual([]);
  });
  test("fills every sentence from its facts", () => {
    for (const [path, value] of all) {
      if (typeof value !== "function") continue;
      const facts = Array.from({ length: value.length }, (_, i) => (i % 2 === 0 ? 2 : 3));
      expect(String(value(...facts)), path).not.toMatch(/undefined|NaN|\[object/);
    }
  });
  test("names every word of the API's closed lists", () => {
    const schema = JSON.parse(readFileSync("../crates/api/openapi.json", "utf8")) as { components: { schemas: Record<string, { enum?: string[] }> } };
    const lists = {
      SubmissionState: text.state.submission,
      RunState: text.state.run,
      ReleaseState: text.state.release,
      RejectReason: text.state.reason,
      Class: text.state.finding,
      Tier: text.state.tier,
      Role: text.state.role,
      ReviewPolicy: text.state.policy,
      Modality: text.state.modality,
      Origin: text.contribute.origins,
      SourceType: text.contribute.sourceTypes,
      Schedule: text.factory.form.schedules,
    };
    for (const [name, words] of Object.entries(lists)) {
      expect(Object.keys(words).toSorted(), name).toEqual(schema.components.schemas[name]?.enum?.toSorted());
    }
  });
});

describe("screens", () => {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".tsx"));
  test("say nothing that is not in the catalogue", () => {
    const spoken = files.flatMap((file) => {
      const source = readFileSync(join("src", file), "utf8");
      const between = [...source.matchAll(/>\s*([A-Z][a-z]+(?: [A-Za-z]+)+[.!?]?)\s*</g)].map((match) => match[1]);
      const named = [...source.matchAll(/(?:label|title|placeholder|aria-label|alt|hint)="([^"]*[a-z] [^"]*)"/g)].map((match) => match[1]);
      return [...between, ...named].map((words) => `${file}: ${words}`);
    });
    expect(spoken).toEqual([]);
  });
});
