// The conversations with sites, one a site, in memory only. A request goes on when the page is left.
import { talk } from "../../../api/chat.ts";
import { asFault } from "../../../api/fault.ts";
import type { ChatAsk } from "../../../api/generated/ChatAsk";
import type { ChatEnd } from "../../../api/generated/ChatEnd";
import type { ChatEvent } from "../../../api/generated/ChatEvent";
import type { ChatImage } from "../../../api/generated/ChatImage";
import type { ChatRequest } from "../../../api/generated/ChatRequest";
import type { ErrorView } from "../../../api/generated/ErrorView";
import { readBody, readHeaders } from "./custom.ts";

export type Picture = ChatImage & { name: string };

export type Answer = {
  running: boolean;
  stopped: boolean;
  text: string;
  thinking: string;
  tool: string;
  raw: string;
  request: ChatRequest | null;
  status: number | null;
  headers: ReadonlyArray<readonly [string, string]>;
  begin: number;
  firstToken: number | null;
  error: ErrorView | null;
  end: ChatEnd | null;
};

export type Turn = { id: number; text: string; pictures: readonly Picture[]; answer: Answer };

/** What is kept of an answer's bytes for the raw view, characters. */
const mostRaw = 4_000_000;

const fresh = (): Answer => ({ running: true, stopped: false, text: "", thinking: "", tool: "", raw: "", request: null, status: null, headers: [], begin: performance.now(), firstToken: null, error: null, end: null });

export class Talk {
  preset = $state("anthropic");
  model = $state("");
  maxTokens = $state(4_096);
  thinking = $state("");
  system = $state("");
  headers = $state("");
  body = $state("");
  turns = $state.raw<readonly Turn[]>([]);
  running = $derived(this.turns.at(-1)?.answer.running === true);

  #next = 1;
  #abort: AbortController | null = null;

  constructor(readonly site: string) {}

  /** What goes out with these turns. */
  ask(turns: readonly Turn[]): ChatAsk {
    const said = turns.flatMap(({ text, pictures, answer }) => {
      const user = { role: "user", text, images: pictures.map(({ media_type, data }) => ({ media_type, data })), answer: null };
      if (answer.running || (answer.text === "" && answer.end?.answer === null)) return [user];
      return [user, { role: "assistant", text: answer.text, images: [], answer: answer.end?.answer ?? null }];
    });
    const headers = readHeaders(this.headers) ?? [];
    const body = readBody(this.body) ?? null;
    return { key: "", model: this.model, preset: this.preset, max_tokens: this.maxTokens, thinking: this.thinking, system: this.system, turns: said, headers, body };
  }

  async send(text: string, pictures: readonly Picture[]): Promise<void> {
    if (this.running) return;
    // An answer that failed is not part of the conversation: two turns of the user would follow each other.
    const kept = this.turns.filter(({ answer }) => answer.error === null || answer.text !== "");
    const turn: Turn = { id: this.#next++, text, pictures, answer: fresh() };
    this.turns = [...this.turns, turn];
    const abort = new AbortController();
    this.#abort = abort;
    try {
      await talk(this.site, this.ask([...kept, turn]), abort.signal, (event) => this.#hear(turn.id, event));
      this.#change(turn.id, (answer) => (answer.end === null && answer.error === null ? { running: false, stopped: true } : { running: false }));
    } catch (reason) {
      if (abort.signal.aborted) this.#change(turn.id, () => ({ running: false, stopped: true }));
      else {
        const { code, params, message } = asFault(reason);
        this.#change(turn.id, () => ({ running: false, error: { code, params: params.map(([name, value]) => [name, value]), message } }));
      }
    }
  }

  stop(): void {
    this.#abort?.abort();
  }

  again(): void {
    const last = this.turns.at(-1);
    if (last === undefined || this.running) return;
    this.turns = this.turns.slice(0, -1);
    void this.send(last.text, last.pictures);
  }

  clear(): void {
    this.stop();
    this.turns = [];
  }

  #hear(id: number, event: ChatEvent): void {
    this.#change(id, (answer) => {
      switch (event.type) {
        case "sent":
          return { request: event.request };
        case "head":
          return { status: event.status, headers: event.headers };
        case "raw":
          return answer.raw.length > mostRaw ? {} : { raw: answer.raw + event.text };
        case "delta": {
          const firstToken = answer.firstToken ?? performance.now() - answer.begin;
          if (event.kind === "thinking") return { firstToken, thinking: answer.thinking + event.text };
          return event.kind === "text" ? { firstToken, text: answer.text + event.text } : { firstToken, tool: answer.tool + event.text };
        }
        case "end":
          return { running: false, end: event.end, error: event.end.error };
      }
    });
  }

  #change(id: number, change: (answer: Answer) => Partial<Answer>): void {
    this.turns = this.turns.map((turn) => (turn.id === id ? { ...turn, answer: { ...turn.answer, ...change(turn.answer) } } : turn));
  }
}

const talks = new Map<string, Talk>();

export function talkOf(site: string): Talk {
  const known = talks.get(site) ?? new Talk(site);
  talks.set(site, known);
  return known;
}
