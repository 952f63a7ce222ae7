// Custom headers and bodies as they are typed.

/** `name: value` a line; `null` when a line is neither. */
export function readHeaders(text: string): [string, string][] | null {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const pairs = lines.map((line): [string, string] | null => {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).trim();
    return colon > 0 && /^[\w!#$%&'*+.^`|~-]+$/.test(name) ? [name, line.slice(colon + 1).trim()] : null;
  });
  return pairs.every((pair) => pair !== null) ? pairs : null;
}

/** A JSON object; `undefined` when it is something else. */
export function readBody(text: string): Record<string, unknown> | null | undefined {
  if (text.trim() === "") return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** In single quotes for a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The request as a command; the key is a variable to be filled in. */
export function curlOf(request: { method: string; url: string; headers: ReadonlyArray<readonly [string, string]>; body: unknown }): string {
  const shown = request.headers.map(([name, value]) => {
    const masked = value.includes("•");
    return masked ? `  -H "${name}: ${value.startsWith("Bearer ") ? "Bearer " : ""}$API_KEY"` : `  -H ${quoted(`${name}: ${value}`)}`;
  });
  return [`curl -N -X ${request.method} ${quoted(request.url)}`, ...shown, `  -d ${quoted(JSON.stringify(request.body))}`].join(" \\\n");
}
