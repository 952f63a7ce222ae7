// Choices of this window that live in its local storage.
const prefix = "relayscope.";

/** Texts are kept bare and read by `storedChoice`. */
export function stored<T extends object | number | boolean | null>(name: string, fallback: T): T {
  try {
    const text = localStorage.getItem(prefix + name);
    return text === null ? fallback : (JSON.parse(text) as T);
  } catch {
    return fallback;
  }
}

/** One of a few words; the first where nothing is kept, or what nobody offers any more. */
export function storedChoice<T extends string>(name: string, choices: readonly [T, ...T[]]): T {
  try {
    const text = localStorage.getItem(prefix + name);
    return choices.find((choice) => choice === text) ?? choices[0];
  } catch {
    return choices[0];
  }
}

export function store(name: string, value: unknown): void {
  try {
    localStorage.setItem(prefix + name, typeof value === "string" ? value : JSON.stringify(value));
  } catch {
    // Storage may be full or switched off: the choice then lasts as long as the window.
  }
}
