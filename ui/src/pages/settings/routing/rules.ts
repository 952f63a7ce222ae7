import type { RuleView } from "../../../api/generated/RuleView";
import type { SiteView } from "../../../api/generated/SiteView";

/** What a rule looks at first. A rule about models may name a project as well: `claude-* · docs-site`. */
export const kinds = ["model", "purpose", "project", "provider"] as const;
export type Kind = (typeof kinds)[number];

export const purposes = ["background", "long_context", "thinking", "web_search", "image", "subagent"] as const;
export type Purpose = (typeof purposes)[number];

/** Between the model and the project of a rule about both. */
const both = " · ";

export const kindOf = (rule: RuleView): Kind => kinds.find((kind) => rule[kind] !== null) ?? "model";

export function patternOf(rule: RuleView): string {
  const own = rule[kindOf(rule)] ?? "";
  return rule.model !== null && rule.project !== null ? `${rule.model}${both}${rule.project}` : own;
}

export function ruleOf(kind: Kind, pattern: string, rest: Pick<RuleView, "sites"> & Partial<RuleView>): RuleView {
  const bare = { project: null, model: null, provider: null, purpose: null, sites: [...rest.sites], to_model: rest.to_model ?? null, off: rest.off ?? false };
  const [model, project] = pattern.split("·", 2).map((part) => part.trim());
  if (kind === "model" && project) return { ...bare, model: model ?? "", project };
  return { ...bare, [kind]: pattern };
}

/** Whether a rule says for what, and what is to happen. */
export const counts = (rule: RuleView): boolean => patternOf(rule) !== "" && (rule.sites.length > 0 || rule.to_model !== null);

const claude = /claude|haiku|sonnet|opus|fable|anthropic/i;

/** The dialect into which such requests are translated for the site; `null` when they go as they are. */
export function translatedTo(rule: RuleView, site: SiteView | undefined): "openai" | "anthropic" | null {
  const api = site === undefined ? null : site.api === "auto" ? site.api_found : site.api;
  const asks = rule.purpose !== null || claude.test(rule.model ?? "") ? "anthropic" : rule.model === null ? null : "openai";
  if (asks === null || (api !== "openai" && api !== "anthropic") || api === asks) return null;
  return api;
}
