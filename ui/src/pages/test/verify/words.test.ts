import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { locale } from "../../../locale/translate.svelte.ts";
import english from "../../../locale/en.json";

vi.mock("../../../api/verify.ts", () => ({
  readWords: async (language: string) =>
    Promise.resolve(language === "en" ? { "passive.id": "Ids of answers were {before}, now {after}" } : { "passive.id": "回答 ID 由 {before} 变为 {after}", "passive.model": "模型由 {before} 变为 {after}" }),
}));

const { testerWords } = await import("./words.svelte.ts");

test("forms of answers are told in words, names of models as they are", async () => {
  const claim = { code: "passive.id", params: { before: "strange", after: "random" } };
  locale.language = "zh-CN";
  testerWords.load();
  await vi.waitFor(() => expect(testerWords.text("passive.id")).not.toBe(""));
  expect(testerWords.say(claim)).toBe("回答 ID 由未知格式变为不含时间的格式");
  expect(testerWords.say({ code: "passive.model", params: { before: "claude-a", after: "claude-b" } })).toBe("模型由 claude-a 变为 claude-b");
  locale.language = "en";
  testerWords.load();
  await vi.waitFor(() => expect(testerWords.text("passive.id")).not.toBe(""));
  expect(testerWords.say(claim)).toBe("Ids of answers were of an unknown form, now without a time");
});

test("every form that the tester tells apart has words", () => {
  const source = readFileSync(join(import.meta.dirname, "../../../../../crates/verify/src/probes/traits.rs"), "utf8");
  const named = (name: string): string[] => [...source.slice(source.indexOf(`fn ${name}`)).split("\n}\n", 1).join("").matchAll(/=> "([\w-]+)"/g)].map(([, value]) => value ?? "");
  const wanted = [...named("id_name").map((value) => `id_${value}`), ...named("tool_name").map((value) => `tool-id_${value}`)];
  expect(wanted.length).toBeGreaterThan(12);
  for (const key of wanted) expect(english.traits).toHaveProperty([key]);
});
