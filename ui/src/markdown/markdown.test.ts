import { expect, test } from "vitest";
import { parseInline, safeAddress } from "./inline.ts";
import { parseMarkdown } from "./parse.ts";

const kinds = (text: string): string[] => parseMarkdown(text).map((block) => block.kind);

test("blocks", () => {
  const text = "# Title\n\nA paragraph\nof two lines.\n\n- one\n- two\n  - inner\n\n1. first\n2. second\n\n> quoted\n\n```rust\nlet a = 1;\n```\n\n---\n\n| a | b |\n|---|---|\n| 1 | 2 |";
  expect(kinds(text)).toEqual(["heading", "paragraph", "list", "list", "quote", "code", "rule", "table"]);
});

test("inlines", () => {
  const marks = parseInline("a **strong** and *soft* `code` [link](https://a.example/x) https://b.example snake_case_name");
  expect(marks.map((inline) => inline.kind)).toEqual(["text", "strong", "text", "emphasis", "text", "code", "text", "link", "text", "link", "text"]);
});

test("underscores inside words are letters", () => {
  expect(parseInline("call window.__init and window.__done or a_b_c").map((inline) => inline.kind)).toEqual(["text"]);
});

test("an address in angle brackets is a link without them, HTML is not", () => {
  expect(parseInline("see <https://auto.example/a_b> now")).toEqual([
    { kind: "text", text: "see " },
    { kind: "link", href: "https://auto.example/a_b", inlines: [{ kind: "text", text: "https://auto.example/a_b" }] },
    { kind: "text", text: " now" },
  ]);
  for (const text of ["<javascript:alert(1)>", "<ftp://a.example>", "<b>", "<https://a.example onload=x>"]) {
    expect(parseInline(text)[0]).toMatchObject({ kind: "text" });
  }
});

test("an unclosed fence keeps its text", () => {
  expect(parseMarkdown("```js\nalert(1)")).toEqual([{ kind: "code", language: "js", text: "alert(1)" }]);
});

test("HTML stays text", () => {
  const text = "<img src=x onerror=alert(1)><script>alert(1)</script>";
  expect(parseMarkdown(text)).toEqual([{ kind: "paragraph", inlines: [{ kind: "text", text }] }]);
});

test("only http and https become links", () => {
  for (const address of ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "vbscript:x", "//x.example", "/api/clear-history"]) {
    expect(safeAddress(address)).toBeNull();
    expect(parseInline(`[a](${address})`).some((inline) => inline.kind === "link")).toBe(false);
  }
  expect(safeAddress("https://a.example/?q=1")).toBe("https://a.example/?q=1");
});

test("hostile lengths and depths are read quickly", () => {
  const start = performance.now();
  for (const piece of ["*", "_", "[", "`", "> ", "**a", "- ", "![](", "|", "  - x\n"]) parseMarkdown(piece.repeat(5_000));
  expect(performance.now() - start).toBeLessThan(2_000);
});
