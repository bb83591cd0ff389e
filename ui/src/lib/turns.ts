/** What somebody says in a record. */
export interface Turn {
  role: string;
  text: string;
}

export interface TurnRecord {
  /** Line of the file, from 1. */
  line: number;
  turns: Turn[];
}

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Words of a message: a string, parts of one, or what it calls. */
function words(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map((part) => (isFields(part) && typeof part.text === "string" ? part.text : words(part))).join("\n");
  return value === null || value === undefined ? "" : JSON.stringify(value);
}

function message(value: unknown, otherwise: string): Turn[] {
  if (!isFields(value)) return words(value).trim() === "" ? [] : [{ role: otherwise, text: words(value) }];
  const role = value.role ?? value.from ?? otherwise;
  const said = [value.content ?? value.value ?? value.parts, value.tool_calls, value.function_call].map(words).filter((part) => part !== "");
  return [{ role: words(role), text: said.join("\n") }];
}

function messages(value: unknown, otherwise: string): Turn[] {
  return Array.isArray(value) ? value.flatMap((one) => message(one, otherwise)) : message(value, otherwise);
}

const named: [field: string, role: string][] = [
  ["system", "system"],
  ["system_prompt", "system"],
  ["systemInstruction", "system"],
  ["system_instruction", "system"],
  ["instruction", "instruction"],
  ["question", "question"],
  ["query", "query"],
  ["prompt", "prompt"],
  ["input", "input"],
  ["context", "context"],
  ["history", "history"],
  ["conversations", "turn"],
  ["messages", "turn"],
  ["contents", "turn"],
  ["output", "output"],
  ["response", "response"],
  ["answer", "answer"],
  ["completion", "completion"],
  ["chosen", "chosen"],
  ["rejected", "rejected"],
  ["preferred_output", "chosen"],
  ["non_preferred_output", "rejected"],
];

/** The turns of a record: a chat, an instruction with its answer, or a pair to choose from; none where it is something else. */
export function turnsOf(fields: unknown): Turn[] {
  if (Array.isArray(fields)) return fields.every(isFields) ? messages(fields, "turn") : [];
  // Running text beside other fields is what counts of such a record.
  if (!isFields(fields) || typeof fields.text === "string") return [];
  const turns: Turn[] = [];
  for (const [field, role] of named) {
    const value = isFields(fields[field]) && "messages" in fields[field] ? fields[field].messages : fields[field];
    for (const turn of messages(value, role)) turns.push(field === "chosen" || field === "rejected" ? { ...turn, role } : turn);
  }
  return turns;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return null;
  }
}

/** Whether it begins as lines of JSON do. */
export function mayBeRecords(source: string): boolean {
  return /^\s*(\{|\[\s*\{)/.test(source);
}

/** Lines of JSON as records with turns; null where most lines are something else. */
export function recordsOf(source: string): TurnRecord[] | null {
  if (!mayBeRecords(source)) return null;
  let spoken = 0;
  const records = source.split("\n").flatMap((line, i) => {
    if (line.trim() === "") return [];
    const turns = turnsOf(parsed(line));
    if (turns.length > 0) spoken += 1;
    // What is no record stays in sight as it is written: nothing is hidden from who judges it.
    return [{ line: i + 1, turns: turns.length > 0 ? turns : [{ role: "", text: line }] }];
  });
  return spoken * 2 > records.length ? records : null;
}

/** A stretch of a line of JSON as it reads when it is no longer JSON. */
export function unescaped(raw: string): string {
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return raw;
  }
}

/** A text in pieces, those that findings speak of with the finding; one that is not in the text marks nothing. */
export function markedIn(source: string, marks: readonly { words: string; finding: number }[]): { text: string; finding: number | null }[] {
  const found = marks
    .map(({ words: said, finding }) => ({ from: said === "" ? -1 : source.indexOf(said), length: said.length, finding }))
    .filter(({ from }) => from >= 0)
    .toSorted((a, b) => a.from - b.from);
  const pieces: { text: string; finding: number | null }[] = [];
  let at = 0;
  for (const { from, length, finding } of found) {
    if (from < at) continue;
    pieces.push({ text: source.slice(at, from), finding: null }, { text: source.slice(from, from + length), finding });
    at = from + length;
  }
  pieces.push({ text: source.slice(at), finding: null });
  return pieces.filter((piece) => piece.text !== "");
}
