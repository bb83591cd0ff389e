import { describe, expect, test } from "vitest";
import { demoDatanet } from "@/features/home/try-button";
import { blocks, inline } from "@/lib/markdown";
import { problemOf, ProblemError, toProblem } from "@/lib/problem";
import { localPath } from "@/lib/search";
import { EventParser } from "@/lib/sse";
import type { Datanet } from "@/api/types";

describe("server-sent events", () => {
  test("may arrive in any pieces", () => {
    const stream = ": hello\r\nid: 7\nevent: step\ndata: {\"a\":1}\n\ndata: one\ndata: two\n\n";
    for (const size of [1, 3, 7, stream.length]) {
      const parser = new EventParser();
      const events = [];
      for (let i = 0; i < stream.length; i += size) events.push(...parser.push(stream.slice(i, i + size)));
      expect(events).toEqual([
        { id: "7", event: "step", data: '{"a":1}' },
        { id: "7", event: "message", data: "one\ntwo" },
      ]);
    }
  });
});

describe("problems", () => {
  test("the server's words are kept", () => {
    const problem = { status: 429, code: "quota_files_spent", detail: "20 of 20.", hint: "Tomorrow." };
    expect(problemOf(new ProblemError(toProblem(problem, 429)))).toEqual(problem);
  });
  test("silence and nonsense become problems with a fix", () => {
    expect(problemOf(new TypeError("Failed to fetch"))).toMatchObject({ status: 0, code: "unreachable" });
    expect(toProblem("<html>", 502).hint).not.toBe("");
  });
});

describe("after sign-in", () => {
  test.each(["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", undefined])("%s is not gone to", (next) => {
    expect(localPath(next)).toBe("/");
  });
  test("a path of this site is", () => expect(localPath("/runs/new?release=1")).toBe("/runs/new?release=1"));
});

describe("Markdown", () => {
  test("paragraphs, headings, lists and code", () => {
    expect(blocks("# A\ntext\nmore\n\n- x\n- y\n\n```\ncode\n```").map((block) => block.kind)).toEqual(["heading", "paragraph", "list", "code"]);
  });
  test("tables, with and without a head", () => {
    expect(blocks("| | |\n|---|---|\n| rows | 5 |\n\nafter")).toEqual([
      { kind: "table", head: ["", ""], rows: [["rows", "5"]] },
      { kind: "paragraph", text: "after" },
    ]);
    expect(blocks("```\n| a |\n```")).toEqual([{ kind: "code", text: "| a |" }]);
  });
  test("links that could run something stay text", () => {
    expect(inline("[a](javascript:alert)")).toEqual([{ kind: "text", text: "[a](javascript:alert)" }]);
    expect(inline("see [b](/docs/x) now")[1]).toEqual({ kind: "link", text: "b", href: "/docs/x" });
  });
});

test("the demo's datanet is found by name, else the fullest, else none", () => {
  const datanet = (name: string, accepted: number) => ({ name, topics: [], counts: { accepted } }) as unknown as Datanet;
  expect(demoDatanet([datanet("Full", 9), datanet("Crate docs (demo)", 1)])?.name).toBe("Crate docs (demo)");
  expect(demoDatanet([datanet("A", 1), datanet("B", 2)])?.name).toBe("B");
  expect(demoDatanet([datanet("Empty", 0)])).toBeUndefined();
});
