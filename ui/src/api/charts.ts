// Charts that the core draws.
import { address, read, type Query } from "./call.ts";
import type { ChartView } from "./generated/ChartView";

export type ChartName = "balance" | "months" | "models" | "sites";
export type Measure = "credit" | "burn" | "days" | "price" | "token_price";
/** `days` 0 is all time; `months` how many; `measure` what sites are compared by. Sizes are pixels on the screen. */
export type ChartQuery = { site?: string; days?: number; months?: number; measure?: Measure };

export const readChart = (name: ChartName, query: ChartQuery, size: { width: number; height: number }, lang: string, signal?: AbortSignal): Promise<ChartView> =>
  read(address(`/api/charts/${name}`, { ...(query as Query), ...size, lang }), signal);
