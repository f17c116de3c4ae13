import { z } from 'zod';
import { Verbosity } from '#protocol/verbosity.ts';

/** An empty variable means the same as an absent one: `.dev.vars.example` lists many to be filled in. */
const text = z
  .string()
  .transform((value) => value.trim())
  .transform((value) => (value === '' ? undefined : value))
  .optional();

const number = (fallback: number, minimum: number) =>
  z.preprocess(
    (value) => (typeof value === 'string' && value.trim() === '' ? undefined : value),
    z.coerce.number().min(minimum).default(fallback),
  );

const flag = (fallback: boolean) =>
  text.transform((value) =>
    value === undefined ? fallback : ['true', '1', 'yes'].includes(value.toLowerCase()),
  );

/** How much of the work a messenger shows to who has not said what they want; unset: by what its messages cost. */
const verbosity = text.pipe(Verbosity.optional());

/** Where a remote API is, without a slash at the end. */
const url = (fallback: string) => text.transform((value) => (value ?? fallback).replace(/\/+$/, ''));

/** The variables a deployer may set, by the names in `.dev.vars.example`. Bindings are not settings. */
export const Settings = z.object({
  API_KEY: text,
  JWT_SALT: text.transform((value) => value ?? 'claude-agent-sdk-jwt-v1'),
  JWT_ISSUER: text.transform((value) => value ?? 'claude-agent-sdk'),
  JWT_AUDIENCE: text.transform((value) => value ?? 'claude-agent-sdk-users'),
  ACCESS_TOKEN_EXPIRE_MINUTES: number(30, 1),
  REFRESH_TOKEN_EXPIRE_DAYS: number(7, 1),
  CORS_ORIGINS: text.transform((value) => value ?? '*'),
  BACKEND_PUBLIC_URL: text.transform((value) => value ?? 'http://localhost:7001'),
  CLI_ADMIN_PASSWORD: text,
  CLI_TESTER_PASSWORD: text,
  STORAGE_MAX_SESSIONS: number(1000, 1),
  MAX_STEPS: number(100, 1),
  /** Seconds that a question, a plan or an approval waits for a person; 0: for ever. */
  ANSWER_TIMEOUT_SECONDS: number(0, 0),
  PLATFORM_DEFAULT_AGENT_ID: text,
  PLATFORM_SESSION_MAX_AGE_HOURS: number(24, 0),

  MODEL_PROVIDER: z.preprocess(
    (value) => (value === '' ? undefined : value),
    z.enum(['claude', 'proxy', 'zai', 'minimax']).optional(),
  ),
  ANTHROPIC_API_KEY: text,
  ANTHROPIC_BASE_URL: text,
  PROXY_BASE_URL: text,
  PROXY_API_KEY: text,
  /** Whether the server at PROXY_BASE_URL has the API's own tool for web search. */
  PROXY_WEB_SEARCH: flag(false),
  /** Whether it has the API's own tool that fetches pages. */
  PROXY_WEB_FETCH: flag(false),
  /** Whether that server passes on the API's own summaries. */
  PROXY_COMPACTION: flag(false),
  ZAI_API_KEY: text,
  ZAI_BASE_URL: text,
  MINIMAX_API_KEY: text,
  MINIMAX_BASE_URL: text,
  /** Searches the web instead of the provider of the model. */
  SEARXNG_URL: text,
  /** A server with OpenAI's route for transcriptions; without it nobody listens to voice messages. */
  STT_API_URL: text.transform((value) => value?.replace(/\/+$/, '').replace(/\/v1$/, '')),
  STT_API_KEY: text,
  STT_MODEL: text.transform((value) => value ?? 'whisper-1'),
  /** Two letters; unset, the model finds out. */
  STT_LANGUAGE: text,
  MODEL_HAIKU: text,
  MODEL_SONNET: text,
  MODEL_OPUS: text,
  /** Set by `npm start` when it runs the demo model, so that the page can say so. */
  DEMO_MODEL: text,

  PLATFORM_BOT_NAME: text.transform((value) => value ?? 'Edgewise'),
  PLATFORM_ACCESS_DENIED_MESSAGE: text.transform(
    (value) => value ?? 'You have no access here. Ask the administrator to add you.',
  ),
  /** Takes webhooks of a platform that has no secret. Anyone can then pose as anyone. */
  PLATFORM_ALLOW_UNSIGNED: flag(false),
  /** Which files that the agent writes are sent to the chat by themselves. */
  PLATFORM_SEND_WRITTEN_FILES: z.preprocess(
    (value) => (value === '' ? undefined : value),
    z.enum(['off', 'output', 'all']).default('output'),
  ),
  SANITIZE_PATHS: flag(true),

  TELEGRAM_BOT_TOKEN: text,
  TELEGRAM_WEBHOOK_SECRET: text,
  TELEGRAM_WHITELIST: text,
  TELEGRAM_VERBOSITY: verbosity,
  TELEGRAM_API_URL: url('https://api.telegram.org'),
  /** The bot's name in groups. */
  TELEGRAM_BOT_USERNAME: text,
  /** Tables and headings as such; apps from before June 2026 ask for an update instead of showing them. */
  TELEGRAM_RICH_MESSAGES: flag(false),

  WHATSAPP_ACCESS_TOKEN: text,
  WHATSAPP_PHONE_NUMBER_ID: text,
  WHATSAPP_VERIFY_TOKEN: text,
  WHATSAPP_APP_SECRET: text,
  WHATSAPP_GRAPH_VERSION: text.transform((value) => value ?? 'v26.0'),
  WHATSAPP_BUSINESS_ACCOUNT_ID: text,
  WHATSAPP_WHITELIST: text,
  WHATSAPP_VERBOSITY: verbosity,
  WHATSAPP_API_URL: url('https://graph.facebook.com'),

  ZALO_OA_ACCESS_TOKEN: text,
  ZALO_APP_ID: text,
  ZALO_APP_SECRET: text,
  /** Signs webhooks; it is not the app's secret. */
  ZALO_OA_SECRET_KEY: text,
  /** The first one only: each is spent by its use, and the next is kept by Edgewise. */
  ZALO_REFRESH_TOKEN: text,
  /** Of the page "Domain verification" of the app: what stands between `zalo_verifier` and `.html`. */
  ZALO_VERIFICATION: text,
  ZALO_BOT_TOKEN: text,
  ZALO_BOT_SECRET: text,
  ZALO_WHITELIST: text,
  ZALO_VERBOSITY: verbosity,
  ZALO_API_URL: url('https://openapi.zalo.me'),
  ZALO_OAUTH_URL: url('https://oauth.zaloapp.com'),
  ZALO_BOT_API_URL: url('https://bot-api.zaloplatforms.com'),

  BLUEBUBBLES_PASSWORD: text,
  BLUEBUBBLES_SERVER_URL: text.transform((value) => value?.replace(/\/+$/, '')),
  BLUEBUBBLES_WEBHOOK_SECRET: text,
  IMESSAGE_WHITELIST: text,
  IMESSAGE_VERBOSITY: verbosity,
});
export type Settings = z.infer<typeof Settings>;
