import { describe, expect, test } from "vitest";
import { curlOf, readBody, readHeaders } from "./custom.ts";

describe("custom parts of a request", () => {
  test("headers are read line by line, and a line that is none is refused", () => {
    expect(readHeaders("x-app: cli\n\nanthropic-beta: a,b: c")).toEqual([["x-app", "cli"], ["anthropic-beta", "a,b: c"]]);
    expect(readHeaders("")).toEqual([]);
    expect(readHeaders("no colon")).toBeNull();
    expect(readHeaders("bad name: x")).toBeNull();
  });

  test("only an object is a body", () => {
    expect(readBody(" ")).toBeNull();
    expect(readBody('{"top_k":5}')).toEqual({ top_k: 5 });
    for (const wrong of ["[1]", "7", "{", '"x"']) expect(readBody(wrong)).toBeUndefined();
  });

  test("a command never holds the key, and quotes survive the shell", () => {
    const text = curlOf({ method: "POST", url: "https://a.example/v1/messages", headers: [["x-api-key", "sk-••••7Qf2"], ["x-app", "cli"]], body: { text: "it's" } });
    expect(text).toContain('-H "x-api-key: $API_KEY"');
    expect(text).toContain("it'\\''s");
    expect(text).not.toContain("7Qf2");
  });
});
