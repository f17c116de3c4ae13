import { z } from 'zod';

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
  ZAI_API_KEY: text,
  ZAI_BASE_URL: text,
  MINIMAX_API_KEY: text,
  MINIMAX_BASE_URL: text,
  MODEL_HAIKU: text,
  MODEL_SONNET: text,
  MODEL_OPUS: text,
  /** Set by `npm start` when it runs the demo model, so that the page can say so. */
  DEMO_MODEL: text,
});
export type Settings = z.infer<typeof Settings>;
