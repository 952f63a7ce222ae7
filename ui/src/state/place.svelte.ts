// Where the window is: `#/page/part`. A plain hash, so that reloading and going back work everywhere.
class Place {
  page = $state("");
  part = $state("");

  start(): () => void {
    const follow = (): void => {
      const [page, part] = location.hash.replace(/^#\/?/, "").split("/");
      this.page = page ?? "";
      this.part = part ?? "";
    };
    follow();
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }

  go(page: string, part = ""): void {
    location.hash = part === "" ? `/${page}` : `/${page}/${part}`;
  }
}

export const place = new Place();

export const addressOf = (page: string, part = ""): string => (part === "" ? `#/${page}` : `#/${page}/${part}`);
