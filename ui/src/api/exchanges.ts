import { address, read, readText, type Query } from "./call.ts";
import type { BodyLines } from "./generated/BodyLines";
import type { Detail } from "./detail";
import type { EventList } from "./generated/EventList";
import type { ExchangeRow } from "./generated/ExchangeRow";
import type { FoundLines } from "./generated/FoundLines";

export type Half = "request" | "response";

/** A body as the client sent it, as it went upstream, as the upstream answered, as the client got it. */
export type Side = Half | "sent" | "answered";
export type Form = "pretty" | "exact" | "assembled";
export type Page = { requests: ExchangeRow[]; next: string | null };
export type TextSlice = { text: string; total_bytes: number; next: number | null };

const one = (id: string, part = ""): string => `/api/request/${encodeURIComponent(id)}${part}`;

export const readPage = (query: Query, signal?: AbortSignal): Promise<Page> =>
  read(address("/api/requests", query), signal);

export const readDetail = (id: string, signal?: AbortSignal): Promise<Detail> => read(one(id), signal);

export const readLines = (id: string, side: Side, form: Form, from: number, count: number): Promise<BodyLines> =>
  read(address(one(id, "/lines"), { side, form, from, count }));

export const findLines = (id: string, side: Side, form: Form, q: string): Promise<FoundLines> =>
  read(address(one(id, "/find"), { side, form, q }));

export const readEvents = (id: string, side: Side, from: number, count: number): Promise<EventList> =>
  read(address(one(id, "/events"), { side, from, count }));

export const readSlice = (id: string, side: Side, pointer: string, offset: number, length: number): Promise<TextSlice> =>
  read(address(one(id, "/text"), { side, pointer, offset, length }));

export const readCurl = (id: string): Promise<string> => readText(one(id, "/curl"));

export const imageAddress = (id: string, side: Side, pointer: string): string =>
  address(one(id, "/image"), { side, pointer });

export const bodyAddress = (id: string, side: Side): string => address(one(id, "/body"), { side });

export const exportAddress = (id: string): string => one(id, "/export");

/** Without ids: everything in the live list. */
export const harAddress = (ids: readonly string[] = []): string =>
  address("/api/export.har", { ids: ids.join(",") });
