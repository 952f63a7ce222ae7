/** Shapes of a status: the shape says it first, the colour second. */
export type Shape = "ok" | "warn" | "err" | "live" | "wait" | "off";
