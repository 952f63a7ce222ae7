// Conversations with a site: the answer comes as one JSON document a line.
import { send } from "./call.ts";
import { faultOf } from "./fault.ts";
import type { ChatAsk } from "./generated/ChatAsk";
import type { ChatEvent } from "./generated/ChatEvent";
import type { ChatRequest } from "./generated/ChatRequest";

const path = (site: string): string => `/api/sites/${encodeURIComponent(site)}/chat`;

/** The request that would be sent; the key is masked. */
export const previewChat = (site: string, ask: ChatAsk): Promise<ChatRequest> => send("POST", `${path(site)}/preview`, ask);

/** Sends it and tells each event as it arrives. Aborting the signal cancels the request at the site. */
export async function talk(site: string, ask: ChatAsk, signal: AbortSignal, each: (event: ChatEvent) => void): Promise<void> {
  const response = await fetch(path(site), {
    method: "POST",
    credentials: "same-origin",
    signal,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(ask),
  });
  if (!response.ok || response.body === null) throw await faultOf(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") each(JSON.parse(line) as ChatEvent);
  }
}
