// Choices of this window that live in its local storage.
const prefix = "relayscope.";

export function stored<T>(name: string, fallback: T): T {
  try {
    const text = localStorage.getItem(prefix + name);
    return text === null ? fallback : (JSON.parse(text) as T);
  } catch {
    return fallback;
  }
}

export function storedText(name: string, fallback: string): string {
  try {
    return localStorage.getItem(prefix + name) ?? fallback;
  } catch {
    return fallback;
  }
}

export function store(name: string, value: unknown): void {
  try {
    localStorage.setItem(prefix + name, typeof value === "string" ? value : JSON.stringify(value));
  } catch {
    // Storage may be full or switched off: the choice then lasts as long as the window.
  }
}
