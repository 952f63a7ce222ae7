// Puts one SVG sprite into index.html: the Lucide icons of `src/icons/names.ts` and our status shapes.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { iconNames } from "./src/icons/names.ts";

const here = dirname(fileURLToPath(import.meta.url));
const lucide = dirname(createRequire(import.meta.url).resolve("lucide-static/package.json"));

function symbol(name: string): string {
  const svg = readFileSync(join(lucide, "icons", `${name}.svg`), "utf8");
  const body = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(svg)?.[1];
  if (body === undefined) throw new Error(`not an SVG: ${name}`);
  return `<symbol id="i-${name}" viewBox="0 0 24 24">${body.replace(/\s+/g, " ").trim()}</symbol>`;
}

export function sprite(): Plugin {
  return {
    name: "relayscope-sprite",
    // The licence travels with the pictures.
    generateBundle() {
      const source = readFileSync(join(lucide, "LICENSE"), "utf8");
      this.emitFile({ type: "asset", fileName: "licences/lucide.txt", source });
    },
    transformIndexHtml(html) {
      const shapes = readFileSync(join(here, "src/icons/status.svg"), "utf8")
        .replace(/<\/?svg[^>]*>/g, "")
        .replace(/\s+/g, " ")
        .trim();
      const symbols = iconNames.map(symbol).join("");
      return html.replace(
        "<!--sprite-->",
        `<svg width="0" height="0" style="display:none" aria-hidden="true">${shapes}${symbols}</svg>`,
      );
    },
  };
}
