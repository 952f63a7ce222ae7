// The program around the traffic: who is signed in, its settings, the desktop, the proxy.
import { read, send } from "./call.ts";
import type { ProxyView } from "./generated/ProxyView";

export type Session = {
  signed_in: boolean;
  version: string;
  demo: boolean;
  desktop: boolean;
  platform: "linux" | "macos" | "windows";
};

export type Upstream = "reachable" | "unreachable" | "unknown" | "self";

export type Health = {
  status: string;
  version: string;
  uptime_seconds: number;
  database: string;
  upstream: Record<string, Upstream>;
};

export type Desktop = { available: boolean; start_at_login: boolean; tray: boolean };

export type Value = string | number | boolean | null;

/** Nested settings as the server gives them. */
export type Config = { [section: string]: unknown; needs_restart?: string[] };

export const readSession = (): Promise<Session> => read("/api/session");
export const readHealth = (): Promise<Health> => read("/health");
export const readConfig = (): Promise<Config> => read("/api/config");
export const readDesktop = (): Promise<Desktop> => read("/api/desktop");

export const changeConfig = (changes: Record<string, Value>): Promise<Config> =>
  send("PATCH", "/api/config", changes);

export const changeDesktop = (changes: Partial<Desktop>): Promise<Desktop> =>
  send("PATCH", "/api/desktop", changes);

export const switchProxy = (on: boolean): Promise<ProxyView> => send("POST", "/api/proxy", { on });

/** `kept`: what is on disk goes as well. */
export const clearHistory = (kept: boolean, keepalive = false): Promise<{ success: boolean; cleared: number }> =>
  send("POST", "/api/clear-history", kept ? { kept } : {}, keepalive);
