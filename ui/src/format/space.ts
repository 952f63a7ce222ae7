/** Stands between a number and its unit, so that a line never breaks there. */
export const nbsp = "\u00a0";

/** What is not known. Never 0, never "N/A". */
export const missing = "—";

export const minus = "\u2212";
