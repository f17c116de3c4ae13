import { isPartSign } from './signs.ts';

/**
 * What a name says about the value that follows it:
 * - `password`: anything may be one, up to the next space
 * - `token`: keys and tokens, which hold no comma or bracket
 * - `address`: a connection string, secret as a whole
 * - `digits`: a secret only with eight digits or more (passwords of PDF statements)
 * - `key`: a bare "key", a secret only if it looks random
 */
export type SecretKind = 'password' | 'token' | 'address' | 'digits' | 'key';

const MAY_BE_SECRET = /pass|pwd|secret|token|key|auth|cred|url|uri|string|hsbc|vib/i;
const LONGEST_NAME = 80;
const WORDS = /[A-Z]{1,80}(?![a-z])\d*|[A-Z]?[a-z\d]+/g;

const PASSWORD_END = /(?:password|passwd|passphrase|passcode|secret)$/;
const TOKEN_END = /(?:token|apikey|accesskey|secretkey|privatekey)$/;
const KEY_OWNERS = new Set(
  'api secret access private encryption encrypt signing sign master account auth service storage session jwt app client hmac aes rsa ssh shared webhook admin bot license deploy openai anthropic gemini google stripe aws azure proxy'.split(
    ' ',
  ),
);
// Pagination marks and the parts of a language model's vocabulary are called tokens too
const HARMLESS_TOKENS = new Set(
  'page next previous continuation cursor sync eos bos pad unk sep cls stop special mask unexpected invalid input output prompt completion per each every max min num total'.split(
    ' ',
  ),
);
const PASS_OWNERS = new Set(
  'db smtp imap mail email user admin root database mysql postgres redis'.split(' '),
);
// ":param token: the token to check"
const DOCUMENTED = /^(?:param|type|arg|keyword|property)$/;
const TRAILING = new Set(
  'value raw plain text old new prod production dev staging live test default main'.split(' '),
);

const ENV_PASSWORD = /(?:^|_)(?:PASSWORDS?|PASSWD|PASS|PWD|SECRETS?)(?:_|$)/;
const ENV_TOKEN = /(?:^|_)(?:TOKEN|AUTH|CREDENTIALS?|API_?KEY|(?:ACCESS|PRIVATE|ENCRYPTION)_KEY)(?:_|$)/;
const ENV_ADDRESS =
  /(?:DATABASE|REDIS|MONGO(?:DB)?|POSTGRES(?:QL)?|MYSQL|AMQP|RABBITMQ)_UR[LI]|CONNECTION_STRING/;
// TOKEN_LIMIT=500 and PASSWORD_MIN_LENGTH=8 are settings about secrets, not secrets
const ENV_HARMLESS_END = new Set(
  'LIMIT EXPIRY EXPIRES EXPIRATION TTL LENGTH COUNT SIZE NAME ID FILE PATH DIR TYPE ENABLED DISABLED REQUIRED MINUTES SECONDS HOURS DAYS URL URI ENDPOINT ISSUER AUDIENCE ALGORITHM METHOD MODE PROVIDER HOST PORT HEADER PREFIX POLICY VERSION'.split(
    ' ',
  ),
);

/**
 * Tells whether a name announces a secret. `before` is the word in front of it ("API" in "API key:"), or ''.
 * The name may be a path (`process.env.API_KEY`): its last part counts.
 */
export function secretKind(path: string, before = ''): SecretKind | undefined {
  if (path.length < 3) return undefined;
  const name = lastPart(path.length > LONGEST_NAME ? path.slice(-LONGEST_NAME) : path);
  if (name.length < 3 || !MAY_BE_SECRET.test(name)) return undefined;
  const question = `${before} ${name}`;
  const known = answers.get(question);
  if (known !== undefined) return known.kind;
  const kind = kindOf(name.replace(/[\d_-]+$/, ''), before);
  if (answers.size >= MOST_ANSWERS) answers.clear();
  answers.set(question, { kind });
  return kind;
}

// A text names the same few things again and again
const answers = new Map<string, { readonly kind: SecretKind | undefined }>();
const MOST_ANSWERS = 200;

function kindOf(name: string, before: string): SecretKind | undefined {
  if (DOCUMENTED.test(before)) return undefined;
  if (/^(?:hsbc|vib.*(?:cashback|boundless)|pdf.*password)/i.test(name)) return 'digits';
  const environment = /[a-z]/.test(name) ? undefined : environmentKind(name);
  return environment ?? wordKind(splitWords(name), before.toLowerCase());
}

/** "accessToken", "ACCESS_TOKEN", "access-token" → ["access", "token"] */
function splitWords(name: string): string[] {
  if (/^[a-z]+$/.test(name)) return [name];
  return name.match(WORDS)?.map((word) => word.toLowerCase()) ?? [];
}

/** "process.env.API_KEY" → "API_KEY" */
export function lastPart(path: string): string {
  let from = path.length;
  while (from > 0 && !isPartSign(path.charCodeAt(from - 1))) from -= 1;
  return from === 0 ? path : path.slice(from);
}

function environmentKind(name: string): SecretKind | undefined {
  if (ENV_ADDRESS.test(name)) return 'address';
  const single = !name.includes('_');
  if (single && name !== 'AUTH' && name !== 'CREDENTIALS') return undefined;
  if (ENV_HARMLESS_END.has(name.slice(name.lastIndexOf('_') + 1))) return undefined;
  if (ENV_PASSWORD.test(name)) return 'password';
  return ENV_TOKEN.test(name) ? 'token' : undefined;
}

function wordKind(words: string[], before: string): SecretKind | undefined {
  while (words.length > 1 && TRAILING.has(words.at(-1) ?? '')) words.pop();
  const last = words.at(-1) ?? '';
  const owner = words.at(-2) ?? before;
  if (PASSWORD_END.test(last) || last === 'pwd') return 'password';
  if (last === 'pass' && PASS_OWNERS.has(owner)) return 'password';
  if (TOKEN_END.test(last)) return HARMLESS_TOKENS.has(owner) ? undefined : 'token';
  if (last === 'key') return KEY_OWNERS.has(owner) ? 'token' : words.length === 1 ? 'key' : undefined;
  if (last === 'authorization') return 'token';
  if (last === 'url' || last === 'uri' || last === 'string') {
    return ENV_ADDRESS.test(`${owner}_${last}`.toUpperCase()) ? 'address' : undefined;
  }
  return undefined;
}
