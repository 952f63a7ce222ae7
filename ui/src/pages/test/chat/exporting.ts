// A conversation as a file or as text. Keys are not in it: what was sent is kept with masked credentials.
import { t } from "../../../locale/translate.svelte.ts";
import { toasts } from "../../../state/toasts.svelte.ts";
import type { Talk } from "./talks.svelte.ts";

export function asMarkdown(talk: Talk, site: string): string {
  const turns = talk.turns.flatMap(({ text, pictures, answer }) => {
    const images = pictures.map(({ name }) => `![${name}]`);
    const thinking = answer.thinking === "" ? [] : [answer.thinking.split("\n").map((line) => `> ${line}`).join("\n")];
    return [`## ${t("chat.you")}`, ...images, text, `## ${answer.end?.model ?? talk.model}`, ...thinking, answer.text];
  });
  return [`# ${site}`, ...turns].join("\n\n") + "\n";
}

export function asJson(talk: Talk, site: string): string {
  const turns = talk.turns.map(({ text, pictures, answer }) => ({ user: { text, images: pictures.map(({ name, media_type }) => ({ name, media_type })) }, answer: { text: answer.text, thinking: answer.thinking, status: answer.status, request: answer.request, raw: answer.raw, end: answer.end } }));
  return JSON.stringify({ site, preset: talk.preset, model: talk.model, turns }, null, 2) + "\n";
}

export function download(name: string, text: string, type: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  toasts.show(t("chat.saved"), "download");
}
