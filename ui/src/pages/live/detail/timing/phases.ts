import type { TimingView } from "../../../../api/generated/TimingView";

export type PhaseId = "prepare" | "connect" | "firstByte" | "firstToken" | "stream";

/** One bar of the waterfall, ms from the arrival of the request. `moment` is a point in time, `length` a duration. */
export type Phase = { id: PhaseId; from: number; to: number; shows: "length" | "moment" | "reused" };

/** An answer that comes in one piece has no stream worth a line, ms. */
const leastStream = 2;

/** What the marks say, phase by phase; a phase without its marks is left out. */
export function phases(timing: TimingView): Phase[] {
  const at = (name: string): number | undefined => timing.marks.find((mark) => mark.name === name)?.at_ms;
  const { connection } = timing;
  const planned = at("planned");
  const sent = at("sent");
  const firstByte = at("first_byte") ?? at("head");
  const firstToken = at("first_token");
  const end = at("last_byte") ?? at("last_token");
  const list: Phase[] = [];
  if (planned !== undefined) list.push({ id: "prepare", from: 0, to: planned, shows: "length" });
  const start = planned ?? 0;
  if (connection.reused) {
    list.push({ id: "connect", from: start, to: start, shows: "reused" });
  } else {
    const length = (connection.dns_ms ?? 0) + (connection.connect_ms ?? 0) + (connection.tls_ms ?? 0);
    if (length > 0) list.push({ id: "connect", from: start, to: start + length, shows: "length" });
  }
  if (firstByte !== undefined) list.push({ id: "firstByte", from: Math.min(sent ?? start, firstByte), to: firstByte, shows: "moment" });
  if (firstToken !== undefined) list.push({ id: "firstToken", from: firstByte ?? start, to: firstToken, shows: "moment" });
  const streamFrom = firstToken ?? firstByte;
  if (streamFrom !== undefined && end !== undefined && end - streamFrom > leastStream) list.push({ id: "stream", from: streamFrom, to: end, shows: "length" });
  return list;
}

/** Five marks of an axis up to `end` ms, the last with its unit. */
export function axis(end: number): string[] {
  const unit = end < 1_000 ? "ms" : "s";
  const scale = end < 1_000 ? 1 : 1_000;
  // As many as the steps need to differ from each other.
  const digits = Math.max(0, Math.ceil(-Math.log10(end / scale / 8)));
  return [0, 1, 2, 3, 4].map((step) => {
    const text = step === 0 ? "0" : ((end * step) / 4 / scale).toFixed(digits);
    return step === 4 ? `${text}\u00a0${unit}` : text;
  });
}

/** The same tokens in at most `most` slices of equal length, each at its middle. */
export function bins(points: ReadonlyArray<readonly [number, number]>, most: number): Array<[number, number]> {
  const [first, last] = [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 0];
  const count = Math.min(most, points.length);
  const width = (last - first) / count;
  if (count < 2 || width === 0) return points.map(([at, tokens]) => [at, tokens]);
  const list = Array.from({ length: count }, (_, index): [number, number] => [first + (index + 0.5) * width, 0]);
  for (const [at, tokens] of points) {
    const slice = list[Math.min(count - 1, Math.floor((at - first) / width))];
    if (slice !== undefined) slice[1] += tokens;
  }
  return list;
}
