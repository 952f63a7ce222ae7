import { expect, test } from "vitest";
import { kindOf, patternOf, ruleOf } from "./rules.ts";

test("a rule looks at one thing", () => {
  const rule = ruleOf("project", "docs-site", ["site_a"]);
  expect(rule).toEqual({ project: "docs-site", model: null, provider: null, sites: ["site_a"] });
  expect(kindOf(rule)).toBe("project");
  expect(patternOf(rule)).toBe("docs-site");
});
