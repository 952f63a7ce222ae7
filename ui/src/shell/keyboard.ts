import { commands } from "../state/commands.svelte.ts";
import { closeTopLayer, hasLayer } from "../state/layers.ts";
import { isChord, shortcutOf } from "../state/shortcut.ts";

const typing = "input, textarea, select, [contenteditable]";
const pressing = `${typing}, button, a[href], [role='separator'], [role='option'], [role='menuitem']`;

/** Single keys act only where no field or button wants them. */
export function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const shortcut = shortcutOf(event);
  const target = event.target instanceof Element ? event.target : null;
  if (shortcut === "escape") {
    if (closeTopLayer()) event.preventDefault();
    else if (!run(shortcut, event) && target?.matches(typing)) (target as HTMLElement).blur();
    return;
  }
  if (!isChord(shortcut)) {
    if (hasLayer()) return;
    // Letters pass through a focused button; Enter, Space and arrows belong to it.
    const wanted = shortcut.length === 1 ? typing : pressing;
    if (target?.closest(wanted)) return;
  }
  run(shortcut, event);
}

function run(shortcut: string, event: KeyboardEvent): boolean {
  const command = commands.byShortcut(shortcut);
  if (command === undefined) return false;
  event.preventDefault();
  command.run();
  return true;
}
