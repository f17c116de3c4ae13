import { BaseAnthropic } from '@anthropic-ai/sdk/client';
import { Messages } from '@anthropic-ai/sdk/resources/messages/messages';
import type { Model, ModelPart, ModelRequest } from '#agent/model.ts';
import { assertNever } from '#lib/assert-never.ts';
import type { LogFields } from '#lib/log.ts';
import type { Settings } from '#protocol/settings.ts';
import { modelId } from '#model/aliases.ts';
import type { ApiProblem } from '#model/api-problem.ts';
import type { Answer } from '#model/assemble-answer.ts';
import { callService } from '#model/call-service.ts';
import { failure } from '#model/failure.ts';
import type { ModelDeps } from '#model/model-deps.ts';
import { costOf, modelFacts } from '#model/prices.ts';
import { chooseProvider, type Provider, type ProviderId } from '#model/providers.ts';
import { hasThinking, requestBody } from '#model/request-body.ts';
import { retryWait } from '#model/retry-wait.ts';
import { showOnce } from '#model/show-once.ts';

/** The model that the settings name. Where they name none, every call is a `failure` that says what to set. */
export function createModel(settings: Settings, deps: ModelDeps): Model {
  const chosen = chooseProvider(settings);
  if (!chosen.ok) {
    return {
      async *stream() {
        yield { type: 'failure', kind: 'authentication_failed', text: chosen.problem };
      },
    };
  }
  const service = { messages: connect(chosen.value, deps), provider: chosen.value, deps };
  return {
    stream: (request, signal) =>
      stream(service, { ...request, model: modelId(settings, chosen.value.id, request.model) }, signal),
  };
}

interface Service {
  readonly messages: Messages;
  readonly provider: Provider;
  readonly deps: ModelDeps;
}

/** Put together from its parts: the SDK's ready-made client brings all other resources, and twice the bytes. */
function connect({ id, baseUrl, key }: Provider, deps: ModelDeps): Messages {
  const client = new BaseAnthropic({
    baseURL: baseUrl,
    // Never left out: the SDK would look for one in the environment and on disk. Ollama wants some, and ignores it
    authToken: key ?? 'none',
    defaultHeaders: id === 'claude' ? {} : foreignHeaders(id, key),
    fetch: deps.fetch,
    maxRetries: 0,
    // It would log and trace what people say
    logLevel: 'off',
    openTelemetry: false,
  });
  return new Messages(client);
}

/** What all who copied the API know: its version of 2023, and (gateways) the header that carried keys then. */
const foreignHeaders = (id: ProviderId, key: string | undefined) => ({
  'anthropic-version': '2023-06-01',
  ...(id === 'proxy' && key !== undefined && { 'x-api-key': key }),
});

async function* stream(
  service: Service,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelPart> {
  const { deps, provider } = service;
  const shown = showOnce();
  let thinkingBlocks = true;
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    shown.restart();
    let problem: ApiProblem | undefined;
    for await (const step of callService(service, requestBody(request, { thinkingBlocks }), signal)) {
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
          return yield toMessage(step.answer, request.model);
        case 'problem':
          problem = step.problem;
          break;
        default:
          assertNever(step);
      }
    }
    if (problem === undefined || signal.aborted) return;

    // Thinking is bound to the model and to every byte before it: after a changed prompt or another provider it is
    // refused, and the conversation would be lost. It goes on without.
    const dropThinking =
      problem.reason === 'thinking_refused' && thinkingBlocks && hasThinking(request.messages);
    if (dropThinking) thinkingBlocks = false;

    const wait = dropThinking ? 0 : retryWait(problem, attempt, deps);
    const facts = { ...toLog(problem), provider: provider.id, model: request.model, attempt };
    if (wait === undefined) {
      deps.log.error('model_failed', facts);
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
