import { expect, test } from "vitest";
import { welcomeCommand } from "./welcomeCommand.ts";

test("commands for every client and shell", () => {
  const address = "127.0.0.1:7357";
  expect(welcomeCommand("claude", "posix", address)).toBe("export ANTHROPIC_BASE_URL=http://127.0.0.1:7357");
  expect(welcomeCommand("claude", "powershell", address)).toBe('$env:ANTHROPIC_BASE_URL = "http://127.0.0.1:7357"');
  expect(welcomeCommand("codex", "posix", address)).toBe("export OPENAI_BASE_URL=http://127.0.0.1:7357/v1");
  expect(welcomeCommand("cursor", "posix", address)).toBe("http://127.0.0.1:7357/v1");
});
