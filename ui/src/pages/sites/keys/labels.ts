/** Labels for so many new keys: the wanted one, numbered where there are several or where it is in use. */
export function freeLabels(wanted: string, count: number, used: readonly string[]): string[] {
  const taken = new Set(used);
  if (wanted !== "" && count === 1 && !taken.has(wanted)) return [wanted];
  const stem = wanted === "" ? "key" : wanted;
  const labels: string[] = [];
  for (let number = 1; labels.length < count; number++) {
    const label = `${stem} ${number}`;
    if (!taken.has(label)) labels.push(label);
  }
  return labels;
}
