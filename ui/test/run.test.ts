import { describe, expect, test } from "vitest";
import type { Metric, RunDetail } from "@/api/types";
import { defaults, learningRateAt, positionOf, suggestedName } from "@/features/factory/settings";
import { storyOf } from "@/features/factory/event-list";
import { applyEvent } from "@/features/factory/run-state";
import { conclusion } from "@/features/factory/verdict";

const detail: RunDetail = {
  run: {
    id: "r",
    name: "demo",
    state: "running",
    base: "b",
    base_name: "tiny",
    since_withdrawn: [],
    data_name: "release 1",
    settings: defaults,
    command: "karat train",
    step: 0,
    total_steps: 100,
    created_at: "2026-11-21T12:00:00Z",
    started_at: "2026-11-21T12:00:01Z",
  },
  metrics: [],
  samples: [],
  last_event: 0,
};

const step = (n: number, loss = 3): Metric => ({ step: n, loss });
const evaluated = (n: number, value: number): Metric => ({ step: n, eval_loss: value });

describe("the stream", () => {
  test("adds steps in order and moves the run", () => {
    const after = [1, 2, 3].reduce((page, n) => applyEvent(page, { kind: "step", payload: step(n) }), detail);
    expect(after.metrics.map((metric) => metric.step)).toEqual([1, 2, 3]);
    expect(after.run.step).toBe(3);
  });
  test("lays an evaluation onto its step", () => {
    const one = applyEvent(detail, { kind: "step", payload: step(10) });
    const two = applyEvent(one, { kind: "eval", payload: { ...evaluated(10, 2.5), loss: null } });
    expect(two.metrics).toEqual([{ step: 10, loss: 3, eval_loss: 2.5 }]);
  });
  test("an event seen twice changes nothing the second time", () => {
    const once = applyEvent(detail, { kind: "step", payload: step(1) });
    expect(applyEvent(once, { kind: "step", payload: step(1) })).toEqual(once);
  });
  test("a change of state keeps what the event does not say", () => {
    const started = applyEvent(detail, { kind: "started", payload: { kind: "started", total_steps: 40 } });
    const done = applyEvent(started, { kind: "state", payload: { state: "done", model: "m" } });
    expect(done.run).toMatchObject({ state: "done", model: "m", name: "demo", total_steps: 40 });
  });
  test("taken up again from a checkpoint, later steps are gone", () => {
    const far = [1, 2, 3, 4].reduce((page, n) => applyEvent(page, { kind: "step", payload: step(n) }), detail);
    const sampled = applyEvent(far, { kind: "sample", payload: { step: 4, index: 0, prompt: "p", text: "t" } });
    const back = applyEvent(sampled, { kind: "rewound", payload: { step: 2 } });
    expect(back.metrics.map((metric) => metric.step)).toEqual([1, 2]);
    expect(back.samples).toEqual([]);
    expect(back.run.step).toBe(2);
  });
});

describe("the caption says what to conclude", () => {
  test.each([
    ["nothing yet", [], /first step/],
    ["no held-out part", [step(1, 4), step(2, 3)], /no held-out part/],
    ["still falling", [evaluated(0, 4), evaluated(10, 3.5), evaluated(20, 3)], /fell from 4.000 to 3.000 and is still falling/],
    ["levelled off", [evaluated(0, 4), evaluated(10, 3), evaluated(20, 2.999)], /levelled off/],
    ["learning by heart", [evaluated(0, 4), evaluated(10, 3), evaluated(20, 3.3)], /best|rises since/],
    ["hardly moved", [evaluated(0, 6.702), evaluated(10, 6.701)], /hardly moved/],
    ["worse than the base", [evaluated(0, 4), evaluated(10, 4.5)], /up to 4.500/],
  ])("%s", (_, metrics, words) => expect(conclusion(metrics)).toMatch(words));
});

test("the story is told from what is known, newest first", () => {
  const story = storyOf({ ...detail, metrics: [evaluated(0, 4), evaluated(10, 3)] }).map((line) => line.words);
  expect(story[0]).toMatch(/step 10 .* best so far/);
  expect(story.at(-1)).toMatch(/queue/);
});

describe("settings", () => {
  test.each([1e-6, 2e-4, 3.5e-5, 1e-2])("the slider keeps the learning rate %f", (rate) => {
    expect(learningRateAt(positionOf(rate))).toBeCloseTo(rate, 8);
  });
  test("a suggested name is one the server takes", () => {
    expect(suggestedName("karat tiny:v1", "Crate docs (demo)", new Date("2026-11-21T12:30:00Z"))).toMatch(/^[A-Za-z0-9._-]{1,60}$/);
  });
});
