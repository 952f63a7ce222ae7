// Deleting a site: asked with everything that goes, done at once, undone by the server.
import { deleteSite, restoreSite } from "../../api/sites.ts";
import type { SiteView } from "../../api/generated/SiteView";
import { t } from "../../locale/translate.svelte.ts";
import { attempt } from "../../state/attempt.ts";
import { place } from "../../state/place.svelte.ts";
import { siteStore } from "../../state/siteStore.svelte.ts";
import { toasts } from "../../state/toasts.svelte.ts";

/** How long Undo is offered, ms. */
const grace = 10_000;

class Deletion {
  /** The one that is asked about. */
  site = $state.raw<SiteView | null>(null);

  ask(site: SiteView): void {
    this.site = site;
  }

  close(): void {
    this.site = null;
  }

  async start(site: SiteView): Promise<void> {
    this.close();
    const done = await attempt(() => deleteSite(site.id));
    if (!done) return;
    siteStore.sites = siteStore.sites.filter((each) => each.id !== site.id);
    siteStore.changed();
    if (place.page === "sites" && place.part === site.id) place.go("sites");
    toasts.show(t("site.deleted", { name: site.name }), "trash-2", { label: t("app.undo"), run: () => void this.#undo(site) }, grace);
  }

  async #undo(site: SiteView): Promise<void> {
    const done = await attempt(async () => siteStore.take(await restoreSite(site.id)));
    if (done) toasts.show(t("site.restored", { name: site.name }), "undo-2");
  }
}

export const deletion = new Deletion();
