import type { Block } from "../../../../api/generated/Block";
import type { Conversation } from "../../../../api/generated/Conversation";
import type { Turn } from "../../../../api/generated/Turn";

export type SplitTurns = { history: Turn[]; latest: Turn[] };

/** The latest turns are what came after the model's last answer; all before it is history. */
export function splitTurns(conversation: Conversation): SplitTurns {
  const { turns } = conversation;
  const answered = turns.slice(0, -1).findLastIndex((turn) => turn.role === "assistant");
  return { history: turns.slice(0, answered + 1), latest: turns.slice(answered + 1) };
}

const isMarked = (block: Block): boolean =>
  block.cache !== null || (block.kind === "tool_result" && block.blocks.some(isMarked));

const hasMark = (turn: Turn): boolean => turn.blocks.some(isMarked);

/** Where the prefix offered to the prompt cache ends: after a latest turn, after the history, or before both. */
export function cacheEnd(conversation: Conversation, turns: SplitTurns): number | "history" | "prelude" | null {
  const latest = turns.latest.findLastIndex(hasMark);
  if (latest >= 0) return latest;
  if (turns.history.some(hasMark)) return "history";
  const prelude = conversation.system.some(isMarked) || conversation.tools.some((tool) => tool.cache !== null);
  return prelude ? "prelude" : null;
}

/** First line with something in it, for a folded part. */
export function firstLine(text: string): string {
  return text.split("\n").map((line) => line.trim()).find((line) => line !== "") ?? "";
}

const telling = ["file_path", "path", "notebook_path", "command", "pattern", "url", "query", "description", "prompt", "subject"];

/** The one value that says what a tool call is about. */
export function gist(input: string): string {
  try {
    const value: unknown = JSON.parse(input);
    if (typeof value !== "object" || value === null) return "";
    const members = value as Record<string, unknown>;
    const key = telling.find((name) => typeof members[name] === "string");
    return key === undefined ? "" : firstLine(String(members[key]));
  } catch {
    return "";
  }
}
