import { asFault, faultOf } from "./fault.ts";

export type Query = Record<string, string | number | undefined>;

/** Address with its query; members without a value are left out. */
export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}

async function answer(path: string, options: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...options });
  } catch (reason) {
    if (options.signal?.aborted) throw reason;
    throw asFault(reason);
  }
  if (!response.ok) throw await faultOf(response);
  return response;
}

export async function read<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await answer(path, signal ? { signal } : {});
  return (await response.json()) as T;
}

export async function readText(path: string): Promise<string> {
  return (await answer(path, {})).text();
}

type Method = "POST" | "PATCH" | "PUT" | "DELETE";

export async function send<T>(method: Method, path: string, body: unknown, keepalive = false): Promise<T> {
  const response = await answer(path, {
    method,
    keepalive,
    headers: { "content-type": "application/json" },
    ...(method === "DELETE" ? {} : { body: JSON.stringify(body ?? {}) }),
  });
  return (response.status === 204 ? undefined : await response.json()) as T;
}
