import { z } from 'zod';
import { parseJson } from '#model/parse-json.ts';
import type { Log } from '#lib/log.ts';
import { fail, succeed, type Result } from '#lib/result.ts';
import type { Settings } from '#protocol/settings.ts';

export interface Recording {
  /** Its ending tells the engine the format. */
  readonly fileName: string;
  /** Bytes. */
  readonly size: number;
  /** With its MIME type. Called once, and only where the recording is not too large. Null: it is gone. */
  read(): Promise<Blob | null>;
}

export interface Transcript {
  /** Empty where nothing is said. */
  readonly text: string;
  /** As the engine names it, such as `en` or `english`. */
  readonly language: string | null;
  readonly durationMs: number | null;
}

/** Makes text of speech. */
export interface Transcriber {
  /**
   * The problem is the end of a sentence for the user, in our words. Contract: throws for no network, no engine and no
   * `signal`; it takes a minute at most.
   */
  transcribe(recording: Recording, signal: AbortSignal): Promise<Result<Transcript, string>>;
}

/** What OpenAI takes; others take no more. */
const MAX_MEGABYTES = 25;
const TIMEOUT_MS = 60_000;

/** An engine that has just been woken is there after this. */
const RETRY_WAIT_MS = 2_000;
/** Who is asked to wait longer is better told so. */
const LONGEST_WAIT_MS = 10_000;

/** With its timestamps, the answer to a long recording has some. */
const MOST_CHARACTERS = 10_000_000;

interface Deps {
  readonly fetch: typeof fetch;
  readonly log: Log;
}

/** Null where no engine is configured. */
export function createTranscriber(
  { STT_API_URL, STT_API_KEY, STT_MODEL, STT_LANGUAGE }: Settings,
  deps: Deps,
): Transcriber | null {
  if (STT_API_URL === undefined) return null;
  const engine: Engine = {
    url: `${STT_API_URL}/v1/audio/transcriptions`,
    headers: STT_API_KEY === undefined ? {} : { authorization: `Bearer ${STT_API_KEY}` },
    fields: {
      model: STT_MODEL,
      response_format: answersPlainly.test(STT_MODEL) ? 'json' : 'verbose_json',
      ...(STT_LANGUAGE === undefined ? {} : { language: STT_LANGUAGE }),
    },
  };
  return {
    async transcribe(recording, signal) {
      if (recording.size > MAX_MEGABYTES * 1024 * 1024) {
        return fail(`it is larger than ${MAX_MEGABYTES} MB`);
      }
      const sound = await recording.read();
      if (sound === null) return fail('it is not there any more');
      const form = formOf(recording.fileName, sound, engine);
      return ask(engine, form, AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]), deps);
    },
  };
}

/** gpt-transcribe, gpt-4o-transcribe and the like know no other format: https://developers.openai.com/api/reference */
const answersPlainly = /^gpt-/;

/** Any server with OpenAI's route: speaches, vLLM, Groq … */
interface Engine {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>>;
}

function formOf(fileName: string, sound: Blob, { fields }: Engine): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  // OpenAI goes by the name, and knows these two as .ogg only
  form.set('file', sound, fileName.replace(/\.(?:opus|oga)$/i, '.ogg'));
  return form;
}

async function ask(
  { url, headers }: Engine,
  form: FormData,
  signal: AbortSignal,
  { fetch, log }: Deps,
): Promise<Result<Transcript, string>> {
  const failed = (reason: string, problem: string, status?: number): Result<Transcript, string> => {
    log.warn('transcription_failed', { reason, status });
    return fail(problem);
  };
  try {
    for (let attempt = 1; ; attempt += 1) {
      // A redirect would carry key and voice to another server
      const init = { method: 'POST', headers, body: form, signal, redirect: 'manual' } as const;
      const response = await fetch(url, init);
      const { status } = response;
      if (response.ok) {
        const transcript = readTranscript(await response.text());
        return transcript === undefined
          ? failed('answer', 'the speech service did not answer as it should', status)
          : succeed(transcript);
      }
      await response.body?.cancel();
      const waitMs = retryWait(response);
      if (waitMs === undefined || attempt > 1) return failed('status', refusal(status), status);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  } catch {
    return signal.aborted
      ? failed('timeout', 'the speech service took too long')
      : failed('unreachable', 'the speech service cannot be reached right now');
  }
}

/** Milliseconds; undefined where a second try would end like the first. */
function retryWait({ status, headers }: Response): number | undefined {
  if (status !== 429 && status < 500) return undefined;
  const asked = z.coerce
    .number()
    .min(0)
    .safeParse(headers.get('retry-after') ?? undefined);
  const waitMs = asked.success ? asked.data * 1000 : RETRY_WAIT_MS;
  return waitMs > LONGEST_WAIT_MS ? undefined : waitMs;
}

function refusal(status: number): string {
  switch (status) {
    case 400:
    case 415:
    case 422:
      return 'the speech service cannot read this recording';
    case 401:
    case 403:
      return 'the speech service refused the key of this server';
    case 413:
      return 'it is too large for the speech service';
    case 429:
      return 'the speech service has too much to do; send it again in a minute';
    default:
      return status >= 500
        ? 'the speech service has a problem of its own; send it again later'
        : 'the speech service is not set up right';
  }
}

const Answer = z.object({
  text: z.string(),
  language: z.string().nullish().catch(null),
  /** Seconds; some send it as a string. */
  duration: z.coerce.number().min(0).nullish().catch(null),
});

function readTranscript(body: string): Transcript | undefined {
  if (body.length > MOST_CHARACTERS) return undefined;
  const answer = Answer.safeParse(parseJson(body));
  if (!answer.success) return undefined;
  const { text, language, duration } = answer.data;
  return {
    text: text.trim(),
    language: language ?? null,
    durationMs: typeof duration === 'number' ? Math.round(duration * 1000) : null,
  };
}
