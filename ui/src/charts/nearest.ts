import type { ChartView } from "../api/generated/ChartView";
import type { HoverPointView } from "../api/generated/HoverPointView";

type Place = { x: number; y: number };

/** The point under the pointer: charts go to the right or down, and only that direction counts. */
export function nearest(chart: ChartView, at: Place): number | null {
  const along = (place: Place): number => (chart.steps === "down" ? place.y : place.x);
  let best: number | null = null;
  let least = Infinity;
  chart.points.forEach((point, index) => {
    const distance = Math.abs(along(point) - along(at));
    if (distance < least) [best, least] = [index, distance];
  });
  return best;
}

/** The point after so many steps; the first step from nowhere is onto an end. */
export function stepped(count: number, from: number | null, by: number): number | null {
  if (count === 0) return null;
  if (from === null) return by > 0 ? 0 : count - 1;
  return Math.max(0, Math.min(count - 1, from + by));
}

/** Which side of the rule has more room for the tip. */
export const tipSide = (chart: ChartView, point: HoverPointView): "before" | "after" => (point.x > (chart.plot.left + chart.plot.right) / 2 ? "before" : "after");

/** Values of a tip: largest first, unknown ones last. */
export function byValue(point: HoverPointView): HoverPointView["values"] {
  return [...point.values].sort((one, other) => (other.value ?? -Infinity) - (one.value ?? -Infinity));
}
