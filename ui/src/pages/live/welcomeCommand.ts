import type { IconName } from "../../icons/names.ts";
import type { Key } from "../../locale/translate.svelte.ts";

export type Client = "claude" | "codex" | "cursor";
export type Shell = "posix" | "powershell";

export const welcomeClients: ReadonlyArray<{ id: Client; title: Key; icon: IconName }> = [
  { id: "claude", title: "welcome.claude", icon: "square-terminal" },
  { id: "codex", title: "welcome.codex", icon: "code-xml" },
  { id: "cursor", title: "welcome.cursor", icon: "mouse-pointer-2" },
];

const variables: Record<Client, string> = { claude: "ANTHROPIC_BASE_URL", codex: "OPENAI_BASE_URL", cursor: "" };

/** What to run before the client starts. OpenAI clients want the version in the address, Anthropic ones do not. */
export function welcomeCommand(client: Client, shell: Shell, address: string): string {
  const url = `http://${address}${client === "claude" ? "" : "/v1"}`;
  if (client === "cursor") return url;
  return shell === "powershell" ? `$env:${variables[client]} = "${url}"` : `export ${variables[client]}=${url}`;
}
