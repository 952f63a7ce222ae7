// What the oldest engines we open in (WKWebView 15.0) lack of the language. Does nothing in newer ones.
function define(target: object, name: string, value: unknown): void {
  if (!(name in target)) Object.defineProperty(target, name, { value, writable: true, configurable: true });
}

function at<T>(this: ArrayLike<T>, index: number): T | undefined {
  const whole = Math.trunc(index) || 0;
  return this[whole < 0 ? this.length + whole : whole];
}

function findLastIndex<T>(this: ArrayLike<T>, fits: (value: T, index: number) => unknown): number {
  for (let index = this.length - 1; index >= 0; index--) if (fits(this[index] as T, index)) return index;
  return -1;
}

function findLast<T>(this: ArrayLike<T>, fits: (value: T, index: number) => unknown): T | undefined {
  const index = findLastIndex.call(this as ArrayLike<unknown>, fits as (value: unknown, index: number) => unknown);
  return index < 0 ? undefined : this[index];
}

define(Array.prototype, "at", at);
define(String.prototype, "at", at);
define(Array.prototype, "findLast", findLast);
define(Array.prototype, "findLastIndex", findLastIndex);
define(Object, "hasOwn", (target: object, name: PropertyKey) => Object.prototype.hasOwnProperty.call(target, name));
