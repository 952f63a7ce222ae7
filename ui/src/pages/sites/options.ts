import { t } from "../../locale/translate.svelte.ts";

export const apis = ["auto", "anthropic", "openai", "both"] as const;
export const strategies = ["round_robin", "weighted", "least_used", "random", "fill_first"] as const;

type Options = Array<{ value: string; label: string }>;

export const apiOptions = (): Options => apis.map((value) => ({ value, label: t(`dialects.${value}`) }));

export const strategyOptions = (): Options => strategies.map((value) => ({ value, label: t(`strategies.${value}`) }));
