import { readFileSync } from "node:fs";
import openapiTS, { astToString, COMMENT_HEADER } from "openapi-typescript";
import { expect, test } from "vitest";

test("the client is generated from the API as it is described now: `npm run gen`", async () => {
  const description = JSON.parse(readFileSync("../crates/api/openapi.json", "utf8"));
  const fresh = COMMENT_HEADER + astToString(await openapiTS(description));
  // A plain comparison: the difference itself would be thousands of lines.
  expect(readFileSync("src/api/schema.ts", "utf8") === fresh, "src/api/schema.ts is stale; run npm run gen").toBe(true);
});
