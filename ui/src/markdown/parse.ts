// A small Markdown that cannot do harm: text in, a tree of plain values out, no HTML anywhere.
// What it does not know stays text.
import { parseInline, type Inline } from "./inline.ts";

export type MarkdownBlock =
  | { kind: "paragraph"; inlines: Inline[] }
  | { kind: "heading"; level: number; inlines: Inline[] }
  | { kind: "code"; language: string; text: string }
  | { kind: "quote"; blocks: MarkdownBlock[] }
  | { kind: "list"; ordered: boolean; start: number; items: MarkdownBlock[][] }
  | { kind: "table"; head: Inline[][]; rows: Inline[][][] }
  | { kind: "rule" };

const fence = /^\s{0,3}(`{3,}|~{3,})\s*([^\s`]*)/;
const heading = /^ {0,3}(#{1,6})\s+(.*?)(?:\s+#+)?$/;
const rule = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const quote = /^ {0,3}> ?/;
const bullet = /^( *)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const tableLine = /^\s*\|?(\s*:?-+:?\s*\|)+\s*:?-*:?\s*$/;

/** Lists and quotes inside each other are read this deep, so that no text can exhaust the stack. */
const deepest = 6;

class Lines {
  at = 0;
  constructor(readonly all: readonly string[]) {}
  get current(): string | undefined {
    return this.all[this.at];
  }
  get next(): string | undefined {
    return this.all[this.at + 1];
  }
}

export function parseMarkdown(text: string, depth = 0): MarkdownBlock[] {
  const lines = new Lines(text.replaceAll("\r\n", "\n").split("\n"));
  const blocks: MarkdownBlock[] = [];
  while (lines.current !== undefined) {
    if (lines.current.trim() === "") lines.at += 1;
    else blocks.push(readBlock(lines, depth));
  }
  return blocks;
}

function readBlock(lines: Lines, depth: number): MarkdownBlock {
  const line = lines.current ?? "";
  const fenced = fence.exec(line);
  if (fenced) return readCode(lines, fenced[1] ?? "```", fenced[2] ?? "");
  const title = heading.exec(line);
  if (title) {
    lines.at += 1;
    return { kind: "heading", level: (title[1] ?? "#").length, inlines: parseInline(title[2] ?? "") };
  }
  if (rule.test(line)) {
    lines.at += 1;
    return { kind: "rule" };
  }
  if (depth < deepest && quote.test(line)) return readQuote(lines, depth);
  if (depth < deepest && bullet.test(line)) return readList(lines, depth);
  if (line.includes("|") && lines.next !== undefined && tableLine.test(lines.next)) return readTable(lines);
  return readParagraph(lines);
}

function readCode(lines: Lines, mark: string, language: string): MarkdownBlock {
  const text: string[] = [];
  lines.at += 1;
  while (lines.current !== undefined && !lines.current.trim().startsWith(mark)) {
    text.push(lines.current);
    lines.at += 1;
  }
  lines.at += 1;
  return { kind: "code", language, text: text.join("\n") };
}

function readQuote(lines: Lines, depth: number): MarkdownBlock {
  const inner: string[] = [];
  while (lines.current !== undefined && quote.test(lines.current)) {
    inner.push(lines.current.replace(quote, ""));
    lines.at += 1;
  }
  return { kind: "quote", blocks: parseMarkdown(inner.join("\n"), depth + 1) };
}

function readList(lines: Lines, depth: number): MarkdownBlock {
  const first = bullet.exec(lines.current ?? "");
  const indent = (first?.[1] ?? "").length;
  const mark = first?.[2] ?? "-";
  const ordered = /\d/.test(mark);
  const items: string[][] = [];
  while (lines.current !== undefined) {
    const line = lines.current;
    const found = bullet.exec(line);
    const own = found !== null && (found[1] ?? "").length <= indent + 1;
    if (own) {
      if (/\d/.test(found[2] ?? "") !== ordered) break;
      items.push([found[3] ?? ""]);
    } else if (line.trim() === "") {
      if (lines.next === undefined || !/^(\s{2,}|\s*([-*+]|\d+[.)])\s)/.test(lines.next)) break;
      items.at(-1)?.push("");
    } else if (/^\s{2,}/.test(line)) items.at(-1)?.push(line.slice(Math.min(indent + 2, line.search(/\S/))));
    else break;
    lines.at += 1;
  }
  const blocks = items.map((item) => parseMarkdown(item.join("\n"), depth + 1));
  return { kind: "list", ordered, start: ordered ? parseInt(mark, 10) : 1, items: blocks };
}

const cells = (line: string): Inline[][] =>
  line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => parseInline(cell.trim()));

function readTable(lines: Lines): MarkdownBlock {
  const head = cells(lines.current ?? "");
  lines.at += 2;
  const rows: Inline[][][] = [];
  while (lines.current !== undefined && lines.current.includes("|")) {
    rows.push(cells(lines.current));
    lines.at += 1;
  }
  return { kind: "table", head, rows };
}

function readParagraph(lines: Lines): MarkdownBlock {
  const text = [lines.current ?? ""];
  lines.at += 1;
  while (lines.current !== undefined && lines.current.trim() !== "") {
    const line = lines.current;
    if (fence.test(line) || heading.test(line) || rule.test(line) || quote.test(line) || bullet.test(line)) break;
    text.push(line);
    lines.at += 1;
  }
  return { kind: "paragraph", inlines: parseInline(text.join("\n")) };
}
