import { looksRandom } from './random-run.ts';
import { lastPart } from './secret-name.ts';

const CODE_ROOTS = new Set(
  'this self super env process config req request res response ctx context props params settings options opts args body data user session state form input os payload event vars inputs github window document app client'.split(
    ' ',
  ),
);
const SECRET_PART = /token|secret|passw|key|cred|auth|access|refresh|value/i;
const SECRET_END = /(?:password|passwd|secret|token|key|hash|string|field|credentials?)$/i;
// Written out in code and documents far more often than chosen as a password
const NAMES =
  /^(?:token|key|TOKEN|KEY|API_?KEY|SECRET|PASSWORD|(?:access|refresh|id|auth|api|client|session|bearer)_(?:token|key|secret))$/;

/** True if an unquoted value is a name, a member, a path or a variable of ordinary code. `label` is what it is given to. */
export function isCode(value: string, label: string): boolean {
  if (isVariable(value) || isPath(value)) return true;
  if (!/^[A-Za-z_$][\w$]*(?:[?!]?\.[A-Za-z_$][\w$]*)*[?!]?$/.test(value)) return false;
  if (value.includes('.')) return isMember(value);
  return isOwnName(value, label) || isName(value) || isCompound(value);
}

/** `token: token`, `token: Token`, `user_password: password`, but not `PASSWORD=password`. */
function isOwnName(value: string, label: string): boolean {
  const own = lastPart(label).replace(/^[_-]+|[_-]+$/g, '');
  if (value === own) return true;
  const first = value.charAt(0);
  const type =
    first !== first.toLowerCase() && own.charAt(0) === first.toLowerCase() && value.slice(1) === own.slice(1);
  return type || (value === 'password' && /[a-z_]password$/i.test(own) && own !== own.toUpperCase());
}

/** The name of a secret, as in `grant_type: refresh_token`. */
export const isName = (value: string): boolean => NAMES.test(value);

/** accessToken, CryptoKey, ACCESS_TOKEN */
const isCompound = (value: string): boolean =>
  SECRET_END.test(value) &&
  /^(?:[a-z]+(?:[A-Z][a-z]*)+|[A-Z][a-z]*(?:[A-Z][a-z]+)+|[A-Z]+(?:_[A-Z]+)+)$/.test(value);

function isMember(value: string): boolean {
  if (/^[a-z]{1,2}\.[A-Z]/.test(value)) return true;
  const parts = value.split('.');
  return (
    CODE_ROOTS.has((parts[0] ?? '').toLowerCase().replace(/[?!]$/, '')) ||
    parts.some((part) => SECRET_PART.test(part))
  );
}

/** ~/.ssh/id_rsa, /run/secrets/db */
export const isPath = (value: string): boolean =>
  /^(?:\.{0,2}|~)\/[\w./-]*$/.test(value) && !looksRandom(value.replaceAll(/[/.]/g, ''));

/** $TOKEN, $1, %TOKEN%, &token, your-token: names that a shell, a template or a schema puts a value in for. */
export const isVariable = (value: string): boolean =>
  /^(?:\$[A-Za-z_]+\w*|\$\d+|your[-_].*|YOUR[-_].*|%[A-Z_]+%|&[a-z_]+|:[a-z_]+|\$\{.*\}|\{\{.*\}\}|\{\w*\}|<[^>]*>|\[[^\]]*\]|%[sdv])$/.test(
    value,
  );

export const isIdentifier = (value: string): boolean => /^[A-Za-z_$][\w$.?!]*$/.test(value);
