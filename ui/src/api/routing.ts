// Where requests go, and the keys that local clients come with.
import { read, send } from "./call.ts";
import type { ClientKeyView } from "./generated/ClientKeyView";
import type { RoutesView } from "./generated/RoutesView";

export type NewClientKeyBody = { label: string; project: string | null; sites: string[] };

export const readRoutes = (): Promise<RoutesView> => read("/api/routes");
export const changeRoutes = (routes: RoutesView): Promise<RoutesView> => send("PUT", "/api/routes", routes);

export const readClientKeys = async (): Promise<ClientKeyView[]> =>
  (await read<{ client_keys: ClientKeyView[] }>("/api/client-keys")).client_keys;

/** The only answer that holds the key itself. */
export const addClientKey = (body: NewClientKeyBody): Promise<ClientKeyView> => send("POST", "/api/client-keys", body);
export const deleteClientKey = (id: string): Promise<void> => send("DELETE", `/api/client-keys/${encodeURIComponent(id)}`, null);
