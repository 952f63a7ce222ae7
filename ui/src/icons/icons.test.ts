import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { iconNames } from "./names.ts";

test("the sprite holds only icons that are shown", () => {
  const source = join(import.meta.dirname, "..");
  const files = readdirSync(source, { recursive: true, encoding: "utf8" });
  const all = files
    .filter((file) => /\.(svelte|ts)$/.test(file) && !file.includes("icons"))
    .map((file) => readFileSync(join(source, file), "utf8"))
    .join("\n");
  expect(iconNames.filter((name) => !all.includes(`"${name}"`))).toEqual([]);
});
