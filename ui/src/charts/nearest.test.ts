import { expect, test } from "vitest";
import type { ChartView } from "../api/generated/ChartView";
import { byValue, nearest, stepped, tipSide } from "./nearest.ts";

const point = (x: number, y: number): ChartView["points"][number] => ({ x, y, label: "", at: null, values: [] });
const chart = (steps: string, points: ChartView["points"]): ChartView => ({
  svg: "", title: "", width: 400, height: 200, plot: { left: 40, top: 10, right: 390, bottom: 160 }, steps, series: [], points,
});

test("the nearest point counts along the way of the chart only", () => {
  const points = [point(50, 150), point(100, 20), point(300, 60)];
  expect(nearest(chart("right", points), { x: 120, y: 150 })).toBe(1);
  expect(nearest(chart("down", points), { x: 120, y: 150 })).toBe(0);
  expect(nearest(chart("right", []), { x: 1, y: 1 })).toBeNull();
});

test("arrow keys stop at the ends", () => {
  expect(stepped(3, null, 1)).toBe(0);
  expect(stepped(3, null, -1)).toBe(2);
  expect(stepped(3, 2, 1)).toBe(2);
  expect(stepped(0, null, 1)).toBeNull();
});

test("the tip stands where there is room", () => {
  expect(tipSide(chart("right", []), point(60, 0))).toBe("after");
  expect(tipSide(chart("right", []), point(380, 0))).toBe("before");
});

test("a tip names the largest first and what is unknown last", () => {
  const value = (name: string, value: number | null) => ({ name, colour: null, value, text: "" });
  const sorted = byValue({ ...point(0, 0), values: [value("a", null), value("b", 1), value("c", 5), value("d", -2)] });
  expect(sorted.map((each) => each.name)).toEqual(["c", "b", "d", "a"]);
});
