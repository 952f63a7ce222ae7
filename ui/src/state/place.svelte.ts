// Where the window is: `#/page/part/view`. A plain hash, so that reloading and going back work everywhere.
class Place {
  page = $state("");
  part = $state("");
  /** One of several views of the part. */
  view = $state("");

  start(): () => void {
    const follow = (): void => {
      const [page, part, view] = location.hash.replace(/^#\/?/, "").split("/");
      this.page = page ?? "";
      this.part = decoded(part ?? "");
      this.view = decoded(view ?? "");
    };
    follow();
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }

  go(page: string, part = "", view = ""): void {
    location.hash = addressOf(page, part, view).slice(1);
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export const place = new Place();

export function addressOf(page: string, part = "", view = ""): string {
  const parts = [page, ...(part === "" ? [] : [part, ...(view === "" ? [] : [view])])];
  return `#/${parts.map(encodeURIComponent).join("/")}`;
}
