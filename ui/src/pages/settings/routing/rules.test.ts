import { expect, test } from "vitest";
import type { SiteView } from "../../../api/generated/SiteView";
import { counts, kindOf, patternOf, ruleOf, translatedTo } from "./rules.ts";

const bare = { project: null, model: null, provider: null, purpose: null, sites: ["site_a"], to_model: null, off: false };

test("a rule looks at one thing, or at a model of a project", () => {
  const rule = ruleOf("project", "docs-site", { sites: ["site_a"] });
  expect(rule).toEqual({ ...bare, project: "docs-site" });
  expect([kindOf(rule), patternOf(rule)]).toEqual(["project", "docs-site"]);
  const both = ruleOf("model", "claude-*·docs-site", { sites: [], to_model: "deepseek-chat" });
  expect(both).toEqual({ ...bare, sites: [], model: "claude-*", project: "docs-site", to_model: "deepseek-chat" });
  expect([kindOf(both), patternOf(both)]).toEqual(["model", "claude-* · docs-site"]);
});

test("a rule counts once it says what is to happen", () => {
  expect(counts(ruleOf("model", "", { sites: ["site_a"] }))).toBe(false);
  expect(counts(ruleOf("model", "opus", { sites: [] }))).toBe(false);
  expect(counts(ruleOf("model", "opus", { sites: [], to_model: "glm-5" }))).toBe(true);
});

test("requests are translated for a site that speaks the other dialect only", () => {
  const site = (api: string, found: string | null = null): SiteView => ({ api, api_found: found }) as SiteView;
  const opus = ruleOf("model", "opus", { sites: ["site_a"] });
  expect(translatedTo(opus, site("openai"))).toBe("openai");
  expect(translatedTo(opus, site("auto", "openai"))).toBe("openai");
  expect(translatedTo(opus, site("both"))).toBe(null);
  expect(translatedTo(opus, undefined)).toBe(null);
  expect(translatedTo(ruleOf("model", "gpt-5*", { sites: [] }), site("anthropic"))).toBe("anthropic");
  expect(translatedTo(ruleOf("project", "x", { sites: [] }), site("openai"))).toBe(null);
});
