// The live list as a test wants it: the server's own snapshot with its rows changed, and silence afterwards.
import type { Page } from "@playwright/test";

export type Row = Record<string, unknown> & { id: string };

/** For the next load of the page. */
export async function mockList(page: Page, change: (rows: Row[]) => Row[]): Promise<void> {
  await page.routeWebSocket(
    (url) => url.pathname === "/ws",
    (socket) => {
      const server = socket.connectToServer();
      server.onMessage((message) => {
        const word = JSON.parse(String(message)) as { type: string; exchanges: Row[] };
        if (word.type === "snapshot") socket.send(JSON.stringify({ ...word, exchanges: change(word.exchanges) }));
      });
    },
  );
  await page.route("**/api/requests?*", (route) => route.fulfill({ json: { requests: [], next: null } }));
}

/** A finished row like another one. */
export const finished = (row: Row, changes: Record<string, unknown> = {}): Row => ({ ...row, phase: "finished", outcome: "done", status: 200, error: null, ...changes });
