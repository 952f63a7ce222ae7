// Sites and their keys.
import { read, send } from "./call.ts";
import type { KeyView } from "./generated/KeyView";
import type { Ping } from "./generated/Ping";
import type { SiteList } from "./generated/SiteList";
import type { SiteView } from "./generated/SiteView";
import type { SpeechView } from "./generated/SpeechView";

export type NewSiteBody = {
  name: string;
  url: string;
  keys: string[];
  api: string;
  paid: boolean;
  tags: string[];
  checkin_url: string | null;
  multiplier: string;
  aliases: Record<string, string>;
  outbound: string;
  note: string;
};

/**
 * What can be changed of a site. An empty `strategy` or `checkin_url` takes it away.
 * `move_keys` lets its keys go to another host.
 */
export type SiteChange = Partial<
  Pick<SiteView, "name" | "base_url" | "api" | "paid" | "tags" | "pinned" | "enabled" | "outbound" | "multiplier" | "aliases" | "note"> & {
    strategy: string;
    checkin_url: string;
    move_keys: true;
  }
>;

export type NewKeyBody = { key: string; label: string; weight: number };
export type KeyChange = Partial<Pick<KeyView, "label" | "weight" | "enabled">>;

const site = (id: string, part = ""): string => `/api/sites/${encodeURIComponent(id)}${part}`;
const key = (id: string, part = ""): string => `/api/keys/${encodeURIComponent(id)}${part}`;

/** What is not named stays. */
export type SpeechChange = { model: string; responses?: boolean | null; set?: Record<string, unknown>; forget?: boolean };

export const readSites = (): Promise<SiteList> => read("/api/sites");
export const addSite = (body: NewSiteBody): Promise<SiteView> => send("POST", "/api/sites", body);
export const changeSite = (id: string, change: SiteChange): Promise<SiteView> => send("PATCH", site(id), change);
export const deleteSite = (id: string): Promise<void> => send("DELETE", site(id), null);
export const restoreSite = (id: string): Promise<SiteView> => send("POST", site(id, "/restore"), {});
export const orderSites = (ids: readonly string[]): Promise<void> => send("POST", "/api/sites/order", { ids });

export type PingBody = { model: string | null; key: string | null; whole: boolean };

/** Makes tiny real requests, which are paid where the site is. */
export const pingSite = (id: string, body: PingBody = { model: null, key: null, whole: false }): Promise<Ping> => send("POST", site(id, "/ping"), body);

export const addKey = (id: string, body: NewKeyBody): Promise<KeyView> => send("POST", site(id, "/keys"), body);
export const changeKey = (id: string, change: KeyChange): Promise<KeyView> => send("PATCH", key(id), change);
export const deleteKey = (id: string, keepalive = false): Promise<void> => send("DELETE", key(id), null, keepalive);
export const resetKey = (id: string): Promise<KeyView> => send("POST", key(id, "/reset"), {});
export const checkKey = (id: string): Promise<KeyView> => send("POST", key(id, "/check"), {});
export const revealKey = async (id: string): Promise<string> => (await read<{ key: string }>(key(id, "/reveal"))).key;

/** `model`: also a model of which nothing is known yet. */
export const readSpeech = (id: string, model: string): Promise<SpeechView> =>
  read(`${site(id, "/speech")}${model === "" ? "" : `?model=${encodeURIComponent(model)}`}`);
export const changeSpeech = (id: string, change: SpeechChange): Promise<SpeechView> => send("PUT", site(id, "/speech"), change);
