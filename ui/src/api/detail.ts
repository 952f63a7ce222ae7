import type { Detail as Own } from "./generated/Detail";
import type { ExchangeRow } from "./generated/ExchangeRow";

/** Answer of `GET /api/request/{id}`: the row, in which the detail's own members take the place of like-named ones. */
export type Detail = Omit<ExchangeRow, keyof Own> & Own;
