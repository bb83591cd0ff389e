import { describe, expect, test } from "vitest";
import { markedIn, recordsOf, turnsOf, unescaped } from "@/lib/turns";

describe("records are read as they are spoken", () => {
  test("chats, ShareGPT's too, with parts and calls", () => {
    expect(turnsOf({ messages: [{ role: "user", content: [{ type: "text", text: "How\nlong?" }] }, { role: "assistant", content: null, tool_calls: [{ id: "1" }] }] })).toEqual([
      { role: "user", text: "How\nlong?" },
      { role: "assistant", text: '{"id":"1"}' },
    ]);
    expect(turnsOf({ conversations: [{ from: "human", value: "q" }, { from: "gpt", value: "a" }] })).toEqual([{ role: "human", text: "q" }, { role: "gpt", text: "a" }]);
  });
  test("instructions and pairs to choose from", () => {
    expect(turnsOf({ instruction: "Sum", input: "1 2", output: "3" }).map((turn) => turn.role)).toEqual(["instruction", "input", "output"]);
    expect(turnsOf({ prompt: "q", chosen: "a", rejected: [{ role: "assistant", content: "b" }] })).toEqual([
      { role: "prompt", text: "q" },
      { role: "chosen", text: "a" },
      { role: "rejected", text: "b" },
    ]);
    expect(turnsOf({ input: { messages: [{ role: "user", content: "q" }] }, preferred_output: [{ role: "assistant", content: "a" }] })).toHaveLength(2);
  });
  test("the dialects the gate takes", () => {
    expect(turnsOf({ contents: [{ role: "user", parts: [{ text: "q" }] }, { role: "model", parts: [{ text: "a" }] }] }).map((turn) => turn.text)).toEqual(["q", "a"]);
    expect(turnsOf({ system_prompt: "s", question: "q", context: "", response: "a" }).map((turn) => turn.role)).toEqual(["system", "question", "response"]);
    expect(turnsOf([{ role: "user", content: "q" }, { role: "assistant", content: "a" }])).toHaveLength(2);
    expect(turnsOf({ text: "t", question: "q", answer: "a" })).toEqual([]);
  });
  test("lines keep their numbers; a broken one stays as it is written, other JSON is no conversation", () => {
    const source = '{"prompt":"q","completion":"a"}\n\n{"prompt":"broken\n{"prompt":"q2","completion":"a2"}\n';
    expect(recordsOf(source)?.map((record) => record.line)).toEqual([1, 3, 4]);
    expect(recordsOf(source)?.[1]?.turns).toEqual([{ role: "", text: '{"prompt":"broken' }]);
    expect(recordsOf('{"a":1}\n{"b":2}')).toBeNull();
    expect(recordsOf("# A text\n{}")).toBeNull();
  });
});

test("words in JSON are found in what is said", () => {
  expect(unescaped('say \\"no\\"\\n')).toBe('say "no"\n');
  expect(unescaped('half\\')).toBe("half\\");
  expect(markedIn("ask ada or bob", [{ words: "bob", finding: 2 }, { words: "ada", finding: 1 }, { words: "eve", finding: 3 }])).toEqual([
    { text: "ask ", finding: null },
    { text: "ada", finding: 1 },
    { text: " or ", finding: null },
    { text: "bob", finding: 2 },
  ]);
});
