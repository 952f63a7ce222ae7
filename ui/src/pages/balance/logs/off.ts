import type { StationLogRow } from "../../../api/generated/StationLogRow";

/** Above this share a bill is off: smaller ones are rounding. */
export const tolerance = 0.02;

/** Billed more or less than expected by more than the tolerance. */
export const isOff = (row: Pick<StationLogRow, "off_by">): boolean => row.off_by !== null && Math.abs(row.off_by) > tolerance;
