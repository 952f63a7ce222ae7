import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

export default ts.config(
  { ignores: ["dist", "test-results", "playwright-report", "public", "src/api/generated"] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs["flat/recommended"],
  {
    rules: {
      // The compiler knows the globals better.
      "no-undef": "off",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-definitions": ["error", "type"],
      "@typescript-eslint/consistent-type-imports": "error",
      // A member may be read for its dependency only.
      "@typescript-eslint/no-meaningless-void-operator": "off",
      "@typescript-eslint/no-invalid-void-type": "off",
      // Bodies of models are hostile: no raw HTML, anywhere.
      "svelte/no-at-html-tags": "error",
      // Addresses here are hashes and downloads; there is no router to resolve them.
      "svelte/no-navigation-without-resolve": "off",
      // A space or a line break at the edge of a block is lost unless written so.
      "svelte/no-useless-mustaches": "off",
      // Derived collections are thrown away, not changed.
      "svelte/prefer-svelte-reactivity": "off",
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
);
