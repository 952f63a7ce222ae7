// The formats of requests that a conversation can have.
import type { Key } from "../../../locale/translate.svelte.ts";

export type Format = { name: string; title: Key; note: string };

export const formats: readonly Format[] = [
  { name: "anthropic", title: "chat.anthropic", note: "/v1/messages" },
  { name: "openai", title: "chat.openai", note: "/v1/chat/completions" },
  { name: "openai-responses", title: "chat.responses", note: "/v1/responses" },
];
