// Colours are named once. The desktop's error page is shown when nothing of the panel can be loaded and keeps its own copy.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const read = (path: string): string => readFileSync(join(import.meta.dirname, path), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");

type Values = ReadonlyMap<string, string>;

/** Custom properties of the rules whose selector holds a text, the last one first. */
function values(sheet: string, selector: RegExp): Values {
  const rules = [...sheet.matchAll(/([^{}]+)\{([^{}]*)\}/g)].filter(([, head]) => selector.test(head ?? ""));
  const pairs = rules.flatMap(([, , body]) => [...(body ?? "").matchAll(/(--[\w-]+)\s*:\s*([^;]+);/g)]);
  return new Map(pairs.map(([, name, value]) => [name ?? "", (value ?? "").replace(/\s+/g, " ").trim()]));
}

const [tokens = ""] = read("tokens.css").split("@media");
const light = values(tokens, /:root|light/);
const dark = values(tokens, /dark/);

describe("the desktop's error page", () => {
  const [bright = "", night = ""] = read("../../../src-tauri/error-page/page.css").split("@media (prefers-color-scheme: dark)");
  test.each([...values(bright, /:root/)])("%s is the light token", (name, value) => expect(light.get(name)).toBe(value));
  test.each([...values(night, /:root/)])("%s is the dark token", (name, value) => expect(dark.get(name)).toBe(value));
  test("has both themes", () => expect(values(night, /:root/).size).toBeGreaterThan(10));
});

test.each(["app.css", "panel.css"])("%s takes its colours from the tokens", (file) => {
  // Rust draws charts in colours that stand for tokens.
  const rules = read(file).replaceAll(/\[(?:fill|stroke)="#[\dA-F]{6}"\]/g, "");
  expect(rules.match(/#[\da-f]{3,8}\b(?=[^{}]*;)|\b(?:rgba?|hsla?)\([^)]*\)/gi) ?? []).toEqual([]);
});
