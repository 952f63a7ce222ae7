import type { Capabilities } from "../../../api/generated/Capabilities";

type Of<T> = { [K in keyof Capabilities]: Capabilities[K] extends T ? K : never }[keyof Capabilities];

/** A capability and the control that edits it. */
export type Part =
  | { name: Of<boolean>; kind: "switch" }
  | { name: Of<number | null>; kind: "number"; optional: boolean }
  | { name: keyof Capabilities; kind: "choice"; words: readonly string[] }
  | { name: "efforts"; kind: "words"; words: readonly string[] }
  | { name: "fast_tier"; kind: "text" };

const words = <K extends keyof Capabilities>(name: K, list: readonly Extract<Capabilities[K], string>[]): Part => ({ name, kind: "choice", words: list });

/** In the order of the list: limits, what a request may hold, thinking, how it is written. */
export const parts: readonly Part[] = [
  { name: "context_tokens", kind: "number", optional: true },
  { name: "max_output_tokens", kind: "number", optional: true },
  words("max_tokens_field", ["max_tokens", "max_completion_tokens", "none"]),
  { name: "tools", kind: "switch" },
  { name: "forced_tools", kind: "switch" },
  { name: "parallel_tool_calls", kind: "switch" },
  { name: "strict_tools", kind: "switch" },
  { name: "max_tools", kind: "number", optional: true },
  { name: "tool_id_limit", kind: "number", optional: false },
  { name: "tool_name_limit", kind: "number", optional: false },
  { name: "call_signatures", kind: "switch" },
  words("schema_filter", ["none", "gemini"]),
  { name: "images", kind: "switch" },
  { name: "image_addresses", kind: "switch" },
  { name: "files", kind: "switch" },
  words("structured_output", ["json_schema", "json_object", "none"]),
  words("reasoning", ["none", "effort", "object", "thinking_type", "thinking_and_effort", "enable_thinking", "template_arguments"]),
  { name: "efforts", kind: "words", words: ["none", "minimal", "low", "medium", "high", "xhigh", "max"] },
  words("reasoning_passback", ["never", "tool_calls", "always"]),
  words("reasoning_field", ["reasoning_content", "reasoning"]),
  { name: "adaptive_thinking", kind: "switch" },
  { name: "stream_options", kind: "switch" },
  { name: "temperature", kind: "switch" },
  { name: "top_p", kind: "switch" },
  { name: "top_k", kind: "switch" },
  { name: "max_stops", kind: "number", optional: false },
  words("midsystem", ["user", "system", "hoist"]),
  words("system_role", ["system", "developer", "user"]),
  { name: "user_first", kind: "switch" },
  words("user_field", ["user", "safety_identifier", "none"]),
  { name: "prompt_cache_key", kind: "switch" },
  { name: "cache_control", kind: "switch" },
  { name: "fast_tier", kind: "text" },
];

/** A typed number: `undefined` for what is none. Empty means unknown where that is allowed. */
export function numberOf(text: string, optional: boolean): number | null | undefined {
  const plain = text.trim().replaceAll(/[,_\s]/g, "");
  if (plain === "") return optional ? null : undefined;
  const value = Number(plain);
  return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** What was learnt from refusals, in a few words of the vendors: `max_completion_tokens`, `output_limit 8192`. */
export const lesson = (learned: object): string => Object.values(learned).flat().join(" ");
