/**
 * Server-sent events over fetch: unlike EventSource it can start from a known
 * event (`Last-Event-ID`), which is what lets a page survive a reload.
 */
export interface ServerEvent {
  id: string;
  event: string;
  data: string;
}

/** Cuts a byte stream into events, as the HTML standard says. */
export class EventParser {
  #rest = "";
  #id = "";
  #event = "";
  #data: string[] = [];

  push(chunk: string): ServerEvent[] {
    const lines = (this.#rest + chunk).split(/\r\n|\n|\r/);
    this.#rest = lines.pop() ?? "";
    const events: ServerEvent[] = [];
    for (const line of lines) {
      if (line === "") {
        if (this.#data.length > 0) {
          events.push({ id: this.#id, event: this.#event || "message", data: this.#data.join("\n") });
        }
        this.#event = "";
        this.#data = [];
      } else {
        this.#field(line);
      }
    }
    return events;
  }

  #field(line: string): void {
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") this.#data.push(value);
    else if (name === "id") this.#id = value;
    else if (name === "event") this.#event = value;
  }
}

/** Reads one answer to its end. */
export async function readEvents(response: Response, on: (event: ServerEvent) => void): Promise<void> {
  const reader = response.body?.getReader();
  if (!reader) return;
  const decoder = new TextDecoder();
  const parser = new EventParser();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    for (const event of parser.push(decoder.decode(value, { stream: true }))) on(event);
  }
}

export interface Follow {
  topics: string[];
  after: number;
  on: (event: ServerEvent) => void;
  onState?: (connected: boolean) => void;
}

/** Follows topics until the returned function is called; reconnects from the last event seen. */
export function follow({ topics, after, on, onState }: Follow): () => void {
  const abort = new AbortController();
  let last = String(after);
  let delay = 500;
  async function connect(): Promise<void> {
    const response = await fetch(`/api/v1/events?topics=${encodeURIComponent(topics.join(","))}`, {
      headers: { Accept: "text/event-stream", "Last-Event-ID": last },
      signal: abort.signal,
    });
    if (!response.ok) throw new Error(`events: ${response.status}`);
    delay = 500;
    onState?.(true);
    await readEvents(response, (event) => {
      if (event.id) last = event.id;
      on(event);
    });
  }
  async function loop(): Promise<void> {
    while (!abort.signal.aborted) {
      try {
        await connect();
      } catch {
        // The next round tries again; the state says so meanwhile.
      }
      if (abort.signal.aborted) return;
      onState?.(false);
      await new Promise((resolve) => setTimeout(resolve, delay));
      delay = Math.min(delay * 2, 8000);
    }
  }
  void loop();
  return () => abort.abort();
}
