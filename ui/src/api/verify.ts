// Authenticity tests, presets and notices.
import { address, read, readText, send } from "./call.ts";
import type { CallRecord } from "./generated/CallRecord";
import type { Estimate } from "./generated/Estimate";
import type { NoticeView } from "./generated/NoticeView";
import type { PresetView } from "./generated/PresetView";
import type { StandingView } from "./generated/StandingView";
import type { TestComparison } from "./generated/TestComparison";
import type { VerifyAsk } from "./generated/VerifyAsk";
import type { VerifyDetail } from "./generated/VerifyDetail";
import type { VerifyRun } from "./generated/VerifyRun";
import type { VerifyRuns } from "./generated/VerifyRuns";

const site = (id: string, part: string): string => `/api/sites/${encodeURIComponent(id)}/verify${part}`;
const run = (id: string, part = ""): string => `/api/verify/runs/${encodeURIComponent(id)}${part}`;

export type ReportFormat = "md" | "html" | "json";

export const estimateTest = (id: string, ask: VerifyAsk): Promise<Estimate> => send("POST", site(id, "/estimate"), ask);
export const beginTest = (id: string, ask: VerifyAsk): Promise<VerifyRun> => send("POST", site(id, ""), ask);
export const readRuns = async (): Promise<readonly VerifyRun[]> => (await read<VerifyRuns>("/api/verify/runs")).runs;
export const readRun = (id: string): Promise<VerifyDetail> => read(run(id));
export const readCall = (id: string, call: number): Promise<CallRecord> => read(run(id, `/calls/${call}`));
export const cancelTest = (id: string): Promise<VerifyRun> => send("POST", run(id, "/cancel"), {});
export const forgetTest = (id: string): Promise<void> => send("DELETE", run(id), null);
export const reportAddress = (id: string, format: ReportFormat, language: string, named: boolean): string => address(run(id, "/report"), { format, language, named: String(named) });
export const readReport = (id: string, format: ReportFormat, language: string, named: boolean): Promise<string> => readText(reportAddress(id, format, language, named));
export const compareTests = (one: string, other: string): Promise<TestComparison> => read(address("/api/verify/compare", { one, other }));
export const readWords = (language: string): Promise<Record<string, string>> => read(address("/api/verify/words", { language }));
export const readPresets = async (): Promise<readonly PresetView[]> => (await read<{ presets: PresetView[] }>("/api/presets")).presets;
export const savePreset = (name: string, exchange: string): Promise<PresetView> => send("POST", "/api/presets", { name, exchange });
export const removePreset = (name: string): Promise<void> => send("DELETE", `/api/presets/${encodeURIComponent(name)}`, null);
export const readNotices = async (): Promise<readonly NoticeView[]> => (await read<{ notices: NoticeView[] }>("/api/notices")).notices;
export const readStandings = async (): Promise<readonly StandingView[]> => (await read<{ standings: StandingView[] }>("/api/verify/standings")).standings;
export const dismissNotice = (id: string): Promise<void> => send("DELETE", `/api/notices/${encodeURIComponent(id)}`, null);
