/** Characters that find a text again, without finding too much. */
const most = 60;

/** Plain letters at the beginning of a text are spelled the same however its JSON was written. */
const plain = /^[\w ,.:;()[\]{}<>=+*'-]{12,}/;

/** The beginning of a text as it stands in the JSON of its body. */
export function landmark(text: string, json: boolean): string {
  if (json) return text.split("\n").map((line) => line.trim()).find((line) => /\w/.test(line))?.slice(0, most) ?? "";
  const start = text.slice(0, most);
  return `"${plain.exec(start)?.[0] ?? JSON.stringify(start).slice(1, -1)}`;
}
