// Every code that an exchange can fail with has words in both languages.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ErrorView } from "../api/generated/ErrorView";
import english from "./en.json";
import { locale, sentence } from "./translate.svelte.ts";
import chinese from "./zh-CN.json";

const crates = join(import.meta.dirname, "../../../crates");

/** The text of one function of a Rust file, up to the end of its block. */
function body(file: string, name: string): string {
  const source = readFileSync(join(crates, file), "utf8");
  const [start = "", indent = ""] = new RegExp(`^( *)(?:pub )?fn ${name}\\b`, "m").exec(source) ?? [];
  const from = source.slice(source.indexOf(start));
  return from.slice(0, from.indexOf(`\n${indent}}\n`));
}

const found = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1] ?? "");

const codes = [
  ...found(body("app/src/record/keep.rs", "error"), /Some\("(\w+)"\.to_owned\(\)\)/g),
  ...found(body("proxy/src/error.rs", "code"), /=> "(\w+)"/g),
  ...found(body("net/src/error.rs", "code"), /=> "(\w+)"/g),
];

test("the sources are still read", () => {
  expect(codes).toEqual(expect.arrayContaining(["upstream_status", "not_the_api", "empty_answer", "error_inside", "proxy_off", "upstream_tls"]));
});

test.each(codes)("%s has words", (code) => {
  expect(english.errors).toHaveProperty(code);
  expect(chinese.errors).toHaveProperty(code);
});

test("what is not known leaves no gap", () => {
  const view = (code: string, params: Array<[string, string]>, message: string | null): ErrorView => ({ code, params, message });
  locale.language = "en";
  expect(sentence(view("not_the_api", [["content_type", "text/html"]], null))).toBe("The upstream answered with something other than the API: text/html");
  expect(sentence(view("not_the_api", [], null))).toBe("The upstream answered with something other than the API");
  expect(sentence(view("error_inside", [], "Overloaded"))).toBe("The answer holds an error: Overloaded");
  expect(sentence(view("error_inside", [], null))).toBe("The answer holds an error");
  locale.language = "zh-CN";
  expect(sentence(view("error_inside", [], null))).toBe("回答里有错误");
  locale.language = "en";
});
