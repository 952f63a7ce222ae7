// Both languages say the same things, and components say nothing by themselves.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, type AST } from "svelte/compiler";
import { describe, expect, test } from "vitest";
import english from "./en.json";
import chinese from "./zh-CN.json";

type Table = Record<string, Record<string, string>>;

const source = join(import.meta.dirname, "..");
const files = readdirSync(source, { recursive: true, encoding: "utf8" });
const read = (file: string): string => readFileSync(join(source, file), "utf8");
const components = files.filter((file) => file.endsWith(".svelte"));
const code = files.filter((file) => /\.(svelte|ts)$/.test(file) && !/\.test\.ts$|generated/.test(file));

const flat = (table: Table): Map<string, string> =>
  new Map(Object.entries(table).flatMap(([section, texts]) => Object.entries(texts).map(([name, text]) => [`${section}.${name}`, text] as const)));

const slots = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].sort();

describe("locale files", () => {
  const [en, zh] = [flat(english), flat(chinese)];

  test("hold the same keys", () => expect([...zh.keys()].sort()).toEqual([...en.keys()].sort()));

  test("name the same values", () => {
    for (const [key, text] of en) expect([key, slots(zh.get(key) ?? "")]).toEqual([key, slots(text)]);
  });

  test("hold no text that nobody shows", () => {
    const all = code.map(read).join("\n");
    const dynamic = /^(age|balanceStates|bases|capabilities|causes|changeKinds|changeReasons|checkinStates|columns|convo|dialects|entryKinds|entrySources|errors|expectedBases|figures|filters|health|importFormats|importSkips|keyState|keys|live|logSpans|logTypes|measures|notices|outcome|outcomeSaid|palette|ping|pingNext|pingSaid|preset|problems|purposes|ratios|raw|reconcileNotes|reconcileSpans|routing|scopes|sites|speech|state|stationKinds|strategies|test|timing|traits|unpriced|usage|vault|verify|ways|why|windows)\./;
    const unused = [...en.keys()].filter((key) => !dynamic.test(key) && !all.includes(`"${key}"`));
    expect(unused).toEqual([]);
  });

  test("keep to the words of the design language", () => {
    for (const [key, text] of en) expect([key, /!|oops|please/i.test(text)]).toEqual([key, false]);
    for (const [key, text] of zh) expect([key, /[请亲哦！]/.test(text.replaceAll("请求", ""))]).toEqual([key, false]);
  });
});

/** Attributes that are read or heard. */
const spoken = new Set(["title", "aria-label", "placeholder", "alt", "label", "desc", "note"]);

/** Names and signs that are the same in every language. */
const universal = /^(?:[a-z]|MCP|Anthropic|OpenAI|OpenRouter|L|https?:\/\/[a-z\d.:]+|sk-…)$/;

const isText = (text: string): boolean => /\p{L}/u.test(text) && !universal.test(text.trim());

function literals(node: unknown, found: string[]): void {
  if (typeof node !== "object" || node === null) return;
  if (Array.isArray(node)) {
    for (const each of node) literals(each, found);
    return;
  }
  const { type, name } = node as { type?: string; name?: string };
  if (type === "Text" && isText((node as AST.Text).data)) found.push((node as AST.Text).data.trim());
  if (type === "Attribute") {
    const { value } = node as AST.Attribute;
    const parts = Array.isArray(value) ? value : [];
    if (spoken.has(name ?? "")) for (const part of parts) if (part.type === "Text" && isText(part.data)) found.push(part.data);
    return;
  }
  if (type === "StyleDirective") return;
  for (const [key, child] of Object.entries(node)) if (key !== "metadata" && key !== "parent") literals(child, found);
}

describe("components", () => {
  test.each(components)("%s holds no words", (file) => {
    const found: string[] = [];
    literals(parse(read(file), { modern: true }).fragment, found);
    expect(found).toEqual([]);
  });

  test.each(components)("%s is short, typed and never writes raw HTML", (file) => {
    const text = read(file);
    expect(text.split("\n").length).toBeLessThanOrEqual(200);
    expect(text).toContain('<script lang="ts"');
    expect(text).not.toMatch(/\{@html|innerHTML/);
  });
});

test("colours live in the style sheets only", () => {
  const colour = /#(?:[\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})\b(?!["'`]?\s*\))|\b(?:rgba?|hsla?)\(/i;
  const guilty = code.filter((file) => read(file).split("\n").some((line) => !/href="#|#\w+\(|this\.#/.test(line) && colour.test(line)));
  expect(guilty).toEqual([]);
});
