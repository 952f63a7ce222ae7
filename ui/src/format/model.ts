const snapshotDay = /-(20\d{6}|20\d\d-\d\d-\d\d)$/;

/** Name without its snapshot day; the tooltip has the full one. */
export function shortModel(name: string): string {
  return name.replace(snapshotDay, "");
}

/** Whether the answer came from another model, not merely from a dated name of the same one. */
export function isOtherModel(asked: string | null, served: string | null): boolean {
  return asked !== null && served !== null && shortModel(asked) !== shortModel(served);
}
