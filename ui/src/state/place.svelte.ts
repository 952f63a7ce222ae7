// Where the window is: `#/page/part`. A plain hash, so that reloading and going back work everywhere.
class Place {
  page = $state("");
  part = $state("");

  start(): () => void {
    const follow = (): void => {
      const [page, part] = location.hash.replace(/^#\/?/, "").split("/");
      this.page = page ?? "";
      this.part = decoded(part ?? "");
    };
    follow();
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }

  go(page: string, part = ""): void {
    location.hash = addressOf(page, part).slice(1);
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

export const addressOf = (page: string, part = ""): string => (part === "" ? `#/${page}` : `#/${page}/${encodeURIComponent(part)}`);
