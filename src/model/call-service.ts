import type { MessageCreateParamsStreaming, Messages } from '@anthropic-ai/sdk/resources/messages/messages';
import { timedOptions } from '#lib/connections.ts';
import { withDeadline } from '#lib/deadline.ts';
import { fail, succeed, type Result } from '#lib/result.ts';
import { cut, problemOfError, problemOfEvent, type ApiProblem } from '#model/api-problem.ts';
import { assembleAnswer, type Answer, type AnswerStep } from '#model/assemble-answer.ts';
import type { ModelDeps } from '#model/model-deps.ts';
import { readEvents } from '#model/read-events.ts';
import { watchSilence, type SilenceWatch } from '#model/watch-silence.ts';

/** How long a server may take to end its stream after the last event: who waits may use the connection again. */
const CLOSING_MS = 250;

export type CallStep =
  | AnswerStep
  | { readonly type: 'answer'; readonly answer: Answer }
  | { readonly type: 'problem'; readonly problem: ApiProblem };

export interface CallRequest {
  readonly body: MessageCreateParamsStreaming;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * One request, one answer, no second try. Contract: the last step is an `answer` or a `problem`; no connection is left
 * open when this ends, however it ends.
 */
export async function* callService(
  service: { readonly messages: Messages; readonly deps: ModelDeps },
  request: CallRequest,
  signal: AbortSignal,
): AsyncGenerator<CallStep> {
  const connection = new AbortController();
  const hangUp = () => connection.abort();
  signal.addEventListener('abort', hangUp, { once: true });
  let silence: SilenceWatch | undefined;
  try {
    const opened = await open(service, request, connection.signal);
    if (!opened.ok) return yield { type: 'problem', problem: opened.problem };
    const requestId = opened.value.headers.get('request-id');
    const assembler = assembleAnswer();
    silence = watchSilence(service.deps.idleMs, hangUp);
    for await (const event of readEvents(opened.value)) {
      silence.heard();
      if (event.type === 'error') {
        return yield { type: 'problem', problem: problemOfEvent(event.error, requestId) };
      }
      if (event.type === 'message_stop') silence.limit(CLOSING_MS);
      const step = assembler.take(event);
      if (step !== undefined) yield step;
    }
    const answer = assembler.answer();
    yield answer === undefined ? { type: 'problem', problem: cut(requestId) } : { type: 'answer', answer };
  } finally {
    silence?.stop();
    signal.removeEventListener('abort', hangUp);
    hangUp();
  }
}

async function open(
  { messages, deps }: { readonly messages: Messages; readonly deps: ModelDeps },
  { body, headers }: CallRequest,
  signal: AbortSignal,
): Promise<Result<Response, ApiProblem>> {
  return withDeadline(deps.idleMs, signal, async (time) => {
    const fetchOptions = timedOptions(time);
    const options = { signal: time.signal, fetchOptions, ...(headers && { headers }) };
    try {
      return succeed(await messages.create(body, options).asResponse());
    } catch (error) {
      const problem = problemOfError(error, deps.clock.now());
      if (problem === undefined) throw error;
      return fail(problem);
    }
  });
}
