// What lies on top of the page, innermost last: Esc closes one at a time.
type Close = () => void;

const open: Close[] = [];

/** Adds a layer; the answer takes it off again. */
export function addLayer(close: Close): () => void {
  open.push(close);
  return () => {
    const at = open.indexOf(close);
    if (at >= 0) open.splice(at, 1);
  };
}

export function closeTopLayer(): boolean {
  const close = open.at(-1);
  close?.();
  return close !== undefined;
}

export const hasLayer = (): boolean => open.length > 0;
