// What the server refuses with, and the word for everything that never reached it.
export class Fault extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly params: ReadonlyArray<readonly [string, string]> = [],
  ) {
    super(message);
  }
}

type ErrorBody = {
  error?: { code?: string; message?: string; params?: Array<[string, string]> };
};

export async function faultOf(response: Response): Promise<Fault> {
  const body = (await response.json().catch(() => ({}))) as ErrorBody;
  const error = body.error ?? {};
  return new Fault(
    response.status,
    error.code ?? `http_${response.status}`,
    error.message ?? response.statusText,
    error.params ?? [],
  );
}

export function asFault(reason: unknown): Fault {
  if (reason instanceof Fault) return reason;
  return new Fault(0, "server_unreachable", reason instanceof Error ? reason.message : String(reason));
}
