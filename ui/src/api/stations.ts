// Stations: balances, how they are asked, ledger, logs, check-in.
import { address, read, send, type Query } from "./call.ts";
import type { CheckinRound } from "./generated/CheckinRound";
import type { Comparison } from "./generated/Comparison";
import type { EntryInput } from "./generated/EntryInput";
import type { ImportPlan } from "./generated/ImportPlan";
import type { InterfaceTrial } from "./generated/InterfaceTrial";
import type { InterfaceView } from "./generated/InterfaceView";
import type { LedgerView } from "./generated/LedgerView";
import type { RawAnswers } from "./generated/RawAnswers";
import type { ReconciliationView } from "./generated/ReconciliationView";
import type { RoundView } from "./generated/RoundView";
import type { StationList } from "./generated/StationList";
import type { StationLogs } from "./generated/StationLogs";
import type { StationView } from "./generated/StationView";

/** An empty `kind` goes back to what was detected; `snooze_hours` 0 ends a snooze. */
export type StationChange = Partial<{ kind: string; threshold_usd: number | null; recharge_url: string; snooze_hours: number | null }>;

export type LogQuery = { page?: number; size?: number; model?: string; type?: string; hours?: number; since?: string; until?: string };

export type ExportFormat = "relayscope" | "konata-stats" | "konata-config";
/** `credit`: amounts of the file are credit in dollars; `paid_cny`: they are what was paid. */
export type ImportBody = { file: string; settings?: boolean; amounts?: "credit" | "paid_cny" };

const one = (id: string, part = ""): string => `/api/stations/${encodeURIComponent(id)}${part}`;
const entry = (id: string): string => `/api/ledger/${encodeURIComponent(id)}`;

export const readStations = (): Promise<StationList> => read("/api/stations");
export const changeStation = (id: string, change: StationChange): Promise<StationView> => send("PATCH", one(id), change);
/** Waits for the answer. A query that failed is an answer too. */
export const refreshStation = (id: string): Promise<StationView> => send("POST", one(id, "/refresh"), {});
/** Starts a round over all sites and does not wait for it. */
export const startRound = (ids: readonly string[] = []): Promise<RoundView> => send("POST", "/api/stations/refresh", ids.length === 0 ? {} : { ids });
export const cancelRound = (): Promise<void> => send("DELETE", "/api/stations/refresh", null);
export const readRaw = (id: string): Promise<RawAnswers> => read(one(id, "/raw"));

export const readInterface = (id: string): Promise<InterfaceView> => read(one(id, "/interface"));
export const saveInterface = (id: string, body: InterfaceView): Promise<InterfaceView> => send("PUT", one(id, "/interface"), body);
/** Asks the station as the body says; nothing is saved. */
export const tryInterface = (id: string, body: InterfaceView): Promise<InterfaceTrial> => send("POST", one(id, "/interface/try"), body);
export const saveAccount = (id: string, body: { credential?: string; user_id?: string | null }): Promise<StationView> => send("PUT", one(id, "/account"), body);
export const deleteAccount = (id: string): Promise<StationView> => send("DELETE", one(id, "/account"), null);

export const readLogs = (id: string, query: LogQuery, signal?: AbortSignal): Promise<StationLogs> => read(address(one(id, "/logs"), query as Query), signal);
export const logsCsvAddress = (id: string, query: LogQuery): string => address(one(id, "/logs.csv"), query as Query);
export const readReconciliation = (id: string, hours: number, signal?: AbortSignal): Promise<ReconciliationView> => read(address(one(id, "/reconciliation"), { hours }), signal);

export const readLedger = (id: string): Promise<LedgerView> => read(one(id, "/ledger"));
export const addEntry = (id: string, body: EntryInput): Promise<LedgerView> => send("POST", one(id, "/ledger"), body);
export const changeEntry = (id: string, body: EntryInput): Promise<LedgerView> => send("PATCH", entry(id), body);
export const deleteEntry = (id: string): Promise<LedgerView> => send("DELETE", entry(id), null);
export const ledgerCsvAddress = (id: string): string => one(id, "/ledger.csv");

export const readComparison = (): Promise<Comparison> => read("/api/comparison");
export const checkIn = (ids: readonly string[] = []): Promise<CheckinRound> => send("POST", "/api/checkin", ids.length === 0 ? {} : { ids });
export const markCheckedIn = (id: string, done: boolean): Promise<StationView> => send("POST", one(id, "/checkin"), { done });

export const previewImport = (body: ImportBody): Promise<ImportPlan> => send("POST", "/api/import/preview", body);
export const runImport = (body: ImportBody): Promise<ImportPlan> => send("POST", "/api/import", body);
export const makeExport = (format: ExportFormat, withSecrets: boolean): Promise<unknown> => send("POST", "/api/export", { format, with_secrets: withSecrets });
