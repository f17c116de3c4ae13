import type { Messages } from '@anthropic-ai/sdk/resources/messages/messages';
import type { Model, ModelPart, ModelRequest } from '#agent/model.ts';
import { assertNever } from '#lib/assert-never.ts';
import type { LogFields } from '#lib/log.ts';
import type { Settings } from '#protocol/settings.ts';
import { modelId } from '#model/aliases.ts';
import type { ApiProblem } from '#model/api-problem.ts';
import type { Answer } from '#model/assemble-answer.ts';
import { callService } from '#model/call-service.ts';
import {
  canCompact,
  compactionField,
  compactionHeaders,
  refusesToCompact,
  rememberRefusal,
} from '#model/compaction.ts';
import { connect } from '#model/connect.ts';
import { failure } from '#model/failure.ts';
import type { ModelDeps } from '#model/model-deps.ts';
import { costOf, modelFacts } from '#model/prices.ts';
import { chooseProvider, nameOf, type Provider } from '#model/providers.ts';
import type { RefusedBlocks } from '#model/refused-blocks.ts';
import { refusedMedia } from '#model/refused-media.ts';
import { refusedThinking, type RefusedThinking } from '#model/refused-thinking.ts';
import { requestBody } from '#model/request-body.ts';
import { retryWait } from '#model/retry-wait.ts';
import { showOnce } from '#model/show-once.ts';

/** The model that the settings name. Where they name none, every call is a `failure` that says what to set. */
export function createModel(
  settings: Settings,
  deps: ModelDeps,
  refused: RefusedBlocks = new Set<string>(),
): Model {
  const chosen = chooseProvider(settings);
  if (!chosen.ok) {
    return {
      async *stream() {
        yield { type: 'failure', kind: 'authentication_failed', text: chosen.problem };
      },
    };
  }
  const service = {
    messages: connect(chosen.value, { deps }),
    provider: chosen.value,
    deps,
    thinking: refusedThinking(refused),
    refused,
    accepted: new Set<string>(),
  };
  const named = (request: ModelRequest): ModelRequest => ({
    ...request,
    model: modelId(settings, chosen.value.id, request.model),
  });
  return {
    stream: (request, signal) => stream(service, named(request), { signal }),
    ...(canCompact(chosen.value, settings) && {
      compact: (request, instructions, signal) => {
        const asked = named(request);
        if (refusesToCompact(chosen.value, asked.model)) return undefined;
        return stream(service, asked, { signal, instructions });
      },
    }),
  };
}

interface Service {
  readonly messages: Messages;
  readonly provider: Provider;
  readonly deps: ModelDeps;
  readonly thinking: RefusedThinking;
  readonly refused: RefusedBlocks;
  /** Marks of images and documents. */
  readonly accepted: Set<string>;
}

async function* stream(
  service: Service,
  request: ModelRequest,
  {
    signal,
    instructions,
  }: {
    readonly signal: AbortSignal;
    /** Of a summary, where one is wanted in place of an answer. */
    readonly instructions?: string;
  },
): AsyncGenerator<ModelPart> {
  const { deps, provider, thinking } = service;
  const media = refusedMedia({ ...service, by: nameOf(provider, request.model) });
  const shown = showOnce();
  let plain = false;
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    shown.restart();
    let problem: ApiProblem | undefined;
    const body = requestBody(
      { ...request, messages: media.without(thinking.without(request.messages)) },
      { plain },
    );
    const call =
      instructions === undefined
        ? { body }
        : { body: { ...body, ...compactionField(instructions) }, headers: compactionHeaders };
    for await (const step of callService(service, call, signal)) {
      switch (step.type) {
        case 'text_delta': {
          const text = shown.text(step.text);
          if (text !== '') yield { type: 'text_delta', text };
          break;
        }
        case 'thinking':
          if (shown.thinking()) yield step;
          break;
        case 'answer':
          media.accept(request.messages);
          return yield toMessage(step.answer, request.model);
        case 'problem':
          problem = step.problem;
          break;
        default:
          assertNever(step);
      }
    }
    if (problem === undefined || signal.aborted) return;

    const goPlain = problem.reason === 'thinking_refused' && !plain;
    if (goPlain) {
      plain = true;
      thinking.refuse(request.messages);
    }

    // Each time there is less to refuse, so this ends
    const goBlind = problem.reason === 'media_refused' && media.refuse(request.messages);

    const wait = goPlain || goBlind ? 0 : retryWait(problem, attempt, deps);
    const facts = { ...toLog(problem), provider: provider.id, model: request.model, attempt };
    if (wait === undefined) {
      // Not every model makes summaries, and who asked for one has other ways
      if (instructions === undefined) deps.log.error('model_failed', facts);
      else deps.log.warn('model_gave_no_summary', facts);
      if (instructions !== undefined && problem.reason === 'invalid')
        rememberRefusal(provider, request.model);
      return yield failure(problem, provider, request.model);
    }
    deps.log.warn('model_retry', { ...facts, waitMs: Math.round(wait) });
    await deps.sleep(wait, signal);
  }
}

function toMessage(answer: Answer, asked: string): ModelPart {
  const model = answer.model ?? asked;
  const contextWindow = modelFacts(model)?.contextWindow;
  return {
    type: 'message',
    content: answer.content,
    stop: answer.stop,
    usage: answer.usage,
    model,
    cost: costOf(model, answer.usage),
    ...(contextWindow !== undefined && { contextWindow }),
    ...(answer.incompleteCalls.length > 0 && { incompleteCalls: answer.incompleteCalls }),
  };
}

const toLog = ({ reason, status, type, requestId }: ApiProblem): LogFields => ({
  reason,
  status,
  type,
  requestId,
});
