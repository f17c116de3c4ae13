import { z } from 'zod';
import { CliFailure, exitCode } from '#cli/failure.ts';
import { printable } from '#cli/style.ts';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** After `/api/v1`, with the query. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Every shape in which this server, or one that speaks like it, words an error. */
const ErrorBody = z.object({
  error: z.string().optional(),
  detail: z.union([z.string(), z.array(z.object({ msg: z.string() }))]).optional(),
  message: z.string().optional(),
});

/** One request to the server. Throws a `CliFailure` only when there is no answer at all. */
export async function call(server: string, { method, path, body, headers, signal }: Call): Promise<Response> {
  try {
    return await fetch(`${server}/api/v1${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal ?? AbortSignal.timeout(60_000),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw unreachable(server);
  }
}

export const unreachable = (server: string): CliFailure =>
  new CliFailure(
    exitCode.unreachable,
    `Cannot reach ${server}. Is the server running? Start one with \`npm start\`, or name another with --api-url.`,
  );

/** What the server says was wrong, as one line. */
export async function problemOf(response: Response): Promise<string> {
  const text = await response.text();
  const body = ErrorBody.safeParse(parseJson(text)).data;
  const detail = Array.isArray(body?.detail) ? body.detail.map(({ msg }) => msg).join('; ') : body?.detail;
  return printable(body?.error ?? detail ?? body?.message ?? `Request failed (${response.status})`);
}

export function failureFor(status: number, problem: string): CliFailure {
  if (status === 401 && problem.includes('API key')) {
    return new CliFailure(
      exitCode.notSignedIn,
      'The server wants an API key: set API_KEY to the one it was started or deployed with, or run `npx edgewise login`.',
    );
  }
  if (status === 401) {
    return new CliFailure(exitCode.notSignedIn, `${problem} Run \`npx edgewise login\`.`);
  }
  return new CliFailure(status === 404 ? exitCode.notFound : exitCode.failure, problem);
}

/** Reads the body of a success; anything else becomes a `CliFailure`. */
export async function readBody<Shape>(response: Response, schema: z.ZodType<Shape>): Promise<Shape> {
  if (!response.ok) throw failureFor(response.status, await problemOf(response));
  const read = schema.safeParse(parseJson(await response.text()));
  if (read.success) return read.data;
  throw new CliFailure(
    exitCode.failure,
    `${new URL(response.url).origin} answered in a form that is not understood. Is it an Edgewise server of this version?`,
  );
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
