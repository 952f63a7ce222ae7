/** Keys of a command: `mod+k`, `mod+shift+f`, `j`, `/`. `mod` is ⌘ on a Mac, Ctrl elsewhere. */
export type Shortcut = string;

const isMac = /mac/i.test(globalThis.navigator?.platform ?? "");

const names: Record<string, string> = { " ": "space", Escape: "escape", Enter: "enter", ArrowUp: "up", ArrowDown: "down" };

export function shortcutOf(event: KeyboardEvent): Shortcut {
  const key = names[event.key] ?? event.key.toLowerCase();
  const mod = isMac ? event.metaKey : event.ctrlKey;
  // A sign such as `?` already contains its Shift.
  const shift = event.shiftKey && (mod || key.length > 1);
  return `${mod ? "mod+" : ""}${shift ? "shift+" : ""}${key}`;
}

/** Whether the keys may act although a field has the focus. */
export const isChord = (shortcut: Shortcut): boolean => shortcut.startsWith("mod+");

const shown: Record<string, string> = { up: "↑", down: "↓", alt: isMac ? "⌥" : "Alt" };

/** The keys one by one, as they are printed. */
export function keyNames(shortcut: Shortcut, word: (name: "ctrl" | "shift" | "space" | "enter" | "esc") => string): string[] {
  return shortcut.split("+").map((part) => {
    if (part === "mod") return isMac ? "⌘" : word("ctrl");
    if (part === "shift") return isMac ? "⇧" : word("shift");
    if (part === "space") return word("space");
    if (part === "enter") return word("enter");
    if (part === "escape") return word("esc");
    return shown[part] ?? (isChord(shortcut) ? part.toUpperCase() : part);
  });
}
