import type { ModelFailureKind, ModelPart } from '#agent/model.ts';
import { assertNever } from '#lib/assert-never.ts';
import type { ApiProblem } from '#model/api-problem.ts';
import type { Provider } from '#model/providers.ts';

type Failure = Extract<ModelPart, { type: 'failure' }>;

/** What the user reads when a call finally failed: the status, then what happened and what to do, in our words. */
export function failure(problem: ApiProblem, provider: Provider, model: string): Failure {
  const status = problem.status === undefined ? '' : `${problem.status} `;
  const { kind, words } = explain(problem, provider, model);
  return { type: 'failure', kind, text: `API Error: ${status}${words}` };
}

function explain(
  problem: ApiProblem,
  { keyVariable, urlVariable, isDemo }: Provider,
  model: string,
): { readonly kind: ModelFailureKind; readonly words: string } {
  switch (problem.reason) {
    case 'authentication':
      return {
        kind: 'authentication_failed',
        words: `The model service did not accept the key. Ask whoever runs this server to check ${keyVariable}.`,
      };
    case 'permission':
      return {
        kind: 'authentication_failed',
        words: `The key may not use the model ${model}. Ask whoever runs this server to check ${keyVariable} and the model.`,
      };
    case 'billing':
      return {
        kind: 'billing_error',
        words:
          'The account at the model service has no credit left. Ask whoever runs this server to top it up.',
      };
    case 'rate_limit':
      return {
        kind: 'rate_limit',
        words: `The model service has reached its rate limit. Wait ${span(problem.retryAfterMs)}, then send your message again.`,
      };
    case 'overloaded':
      return {
        kind: 'server_error',
        words: `The model service is overloaded. Wait ${span(problem.retryAfterMs)}, then send your message again.`,
      };
    case 'server':
      return {
        kind: 'server_error',
        words: 'The model service has a problem of its own. Wait a minute, then send your message again.',
      };
    case 'unreachable':
      return {
        kind: 'server_error',
        words: isDemo
          ? DEMO_GONE
          : 'The model service cannot be reached. Send your message again; if this goes on, ask whoever runs this ' +
            `server to check ${urlVariable} and its network.`,
      };
    case 'cut':
      return {
        kind: 'server_error',
        words:
          'The connection to the model service broke before the answer was whole. Send your message again; if this ' +
          `goes on, ask whoever runs this server to check that ${urlVariable} is a Messages API.`,
      };
    case 'context_full':
      return {
        kind: 'context_full',
        words:
          'The conversation no longer fits into what the model can read at once. Send /compact, or start a new conversation.',
      };
    case 'too_large':
      return {
        kind: 'too_large',
        words:
          'The conversation, with the files that the model is shown in it, is more than the model service takes at ' +
          'once. Ask for fewer or smaller files at a time, send /compact, or start a new conversation.',
      };
    case 'unknown_model':
      return {
        kind: 'invalid_request',
        words:
          `The model service does not know the model ${model}. Ask whoever runs this server to check MODEL_HAIKU, ` +
          `MODEL_SONNET, MODEL_OPUS and ${urlVariable}.`,
      };
    case 'thinking_refused':
    case 'media_refused':
    case 'invalid':
      return {
        kind: 'invalid_request',
        words:
          'The model service refused the request. Start a new session; if it refuses that too, ask whoever runs this ' +
          'server to look into the log.',
      };
    case 'other':
      return {
        kind: 'unknown',
        words:
          'The model service gave an answer that makes no sense here. Ask whoever runs this server to check ' +
          `${urlVariable} and to look into the log.`,
      };
    default:
      return assertNever(problem.reason);
  }
}

/** Nobody who sees the demo has set an address: it would mean nothing to them. */
const DEMO_GONE =
  'The demo model is gone, which answers as long as no real one is configured. End Edgewise with Ctrl-C and run ' +
  '`npm start` again; for real answers put ANTHROPIC_API_KEY or PROXY_BASE_URL into .dev.vars before.';

function span(ms: number | undefined): string {
  if (ms === undefined || ms <= 60_000) return 'a minute';
  const minutes = Math.ceil(ms / 60_000);
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.ceil(minutes / 60);
  return hours === 1 ? 'an hour' : `${hours} hours`;
}
