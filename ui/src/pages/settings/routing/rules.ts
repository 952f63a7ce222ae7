import type { RuleView } from "../../../api/generated/RuleView";

/** What a rule looks at; exactly one of them is set. */
export const kinds = ["model", "project", "provider"] as const;
export type Kind = (typeof kinds)[number];

export const kindOf = (rule: RuleView): Kind => kinds.find((kind) => rule[kind] !== null) ?? "model";

export const patternOf = (rule: RuleView): string => rule[kindOf(rule)] ?? "";

export function ruleOf(kind: Kind, pattern: string, sites: readonly string[]): RuleView {
  return { project: null, model: null, provider: null, purpose: null, [kind]: pattern, sites: [...sites], to_model: null, off: false };
}
