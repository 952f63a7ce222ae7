import { expect, test } from "vitest";
import type { Block } from "../../../../api/generated/Block";
import type { Conversation } from "../../../../api/generated/Conversation";
import type { Role } from "../../../../api/generated/Role";
import { cacheEnd, firstLine, gist, splitTurns } from "./fold.ts";

const block = (cache: string | null = null): Block => ({ kind: "text", text: { text: "x", bytes: 1, cut: false, pointer: "" }, cache });
const conversation = (roles: Role[], marked: number[] = [], system: string | null = null): Conversation => ({
  system: [block(system)],
  tools: [],
  turns: roles.map((role, index) => ({ role, tokens: 1, blocks: [block(marked.includes(index) ? "5m" : null)] })),
  parameters: [],
  system_tokens: 1,
  tools_tokens: 0,
});

test("what follows the last answer is shown, the rest is history", () => {
  const { history, latest } = splitTurns(conversation(["user", "assistant", "tool", "assistant", "tool", "user"]));
  expect([history.length, latest.map((turn) => turn.role)]).toEqual([4, ["tool", "user"]]);
  expect(splitTurns(conversation(["user"])).history).toEqual([]);
  expect(splitTurns(conversation(["user", "assistant"])).latest.length).toBe(2);
});

test("the cached prefix ends after the last mark", () => {
  const end = (value: Conversation): unknown => cacheEnd(value, splitTurns(value));
  expect(end(conversation(["user", "assistant", "user"], [2]))).toBe(0);
  expect(end(conversation(["user", "assistant", "user"], [0]))).toBe("history");
  expect(end(conversation(["user"], [], "1h"))).toBe("prelude");
  expect(end(conversation(["user"]))).toBeNull();
});

test("gist and first line", () => {
  expect(gist('{"old_string":"a","file_path":"src/a.rs"}')).toBe("src/a.rs");
  expect(gist("{broken")).toBe("");
  expect(firstLine("\n  \n  hello \nworld")).toBe("hello");
});
