// A site that is being typed. Nothing of it exists until the server has taken all of it.
import { asFault } from "../../../api/fault.ts";
import type { SiteView } from "../../../api/generated/SiteView";
import { addSite } from "../../../api/sites.ts";
import { sentence, t } from "../../../locale/translate.svelte.ts";
import { live } from "../../../state/live.svelte.ts";
import { siteStore } from "../../../state/siteStore.svelte.ts";
import { toasts } from "../../../state/toasts.svelte.ts";
import { keyLines, keysText, multiplier, nameFrom, siteAddress, webPage } from "../checks.ts";

export type FieldName = "url" | "keys" | "name" | "checkin" | "multiplier";
type Complaint = FieldName | "other";

/** Which field a refusal belongs to. */
const fieldOf: Record<string, FieldName> = {
  bad_url: "url",
  site_is_self: "url",
  bad_key: "keys",
  key_taken: "keys",
  vault_locked: "keys",
  name_taken: "name",
  bad_name: "name",
  bad_checkin_url: "checkin",
  bad_multiplier: "multiplier",
};

export class NewSite {
  url = $state("");
  keys = $state("");
  name = $state("");
  api = $state("auto");
  paid = $state(true);
  tags = $state.raw<string[]>([]);
  checkin = $state("");
  multiplier = $state("1");
  outbound = $state("");
  aliases = $state.raw<Record<string, string>>({});
  note = $state("");

  errors = $state<Partial<Record<Complaint, string>>>({});
  busy = $state(false);

  suggested = $derived(nameFrom(this.url));
  dirty = $derived(
    [this.url, this.keys, this.name, this.checkin, this.outbound, this.note].some((text) => text.trim() !== "") ||
      this.tags.length > 0 || Object.keys(this.aliases).length > 0,
  );

  /** Looks at one field when it is left; an empty one only once all are sent. */
  check(field: FieldName, leaving = false): void {
    if (leaving && this[field].trim() === "") return;
    this.errors[field] = this.#complaint(field);
  }

  clear(field: FieldName): void {
    this.errors[field] = "";
    this.errors.other = "";
  }

  async save(): Promise<SiteView | null> {
    if (this.busy) return null;
    this.errors = {};
    for (const field of ["url", "keys", "name", "checkin", "multiplier"] as const) this.check(field);
    if (Object.values(this.errors).some((error) => error !== "")) return null;
    this.busy = true;
    try {
      const site = await addSite(this.#body());
      siteStore.take(site);
      toasts.show(t("adding.added", { name: site.name }), "check");
      return site;
    } catch (reason) {
      const fault = asFault(reason);
      this.errors[fieldOf[fault.code] ?? "other"] = sentence(fault);
      return null;
    } finally {
      this.busy = false;
    }
  }

  #complaint(field: FieldName): string {
    const text = this[field].trim();
    if (field === "url") return siteAddress(text, [location.host, live.proxy?.address ?? ""]);
    if (field === "keys") return keysText(text);
    if (field === "checkin") return webPage(text);
    if (field === "multiplier") return multiplier(text);
    const name = text === "" ? this.suggested : text;
    return siteStore.sites.some((site) => site.name === name) ? t("errors.name_taken", { name }) : "";
  }

  #body(): Parameters<typeof addSite>[0] {
    const { api, paid, tags, aliases, outbound } = this;
    return {
      name: this.name.trim() === "" ? this.suggested : this.name.trim(),
      url: this.url.trim(),
      keys: keyLines(this.keys),
      api,
      paid,
      tags,
      checkin_url: this.checkin.trim() === "" ? null : this.checkin.trim(),
      multiplier: this.multiplier.trim(),
      aliases,
      outbound,
      note: this.note.trim(),
    };
  }
}
