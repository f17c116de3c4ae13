import { z } from 'zod';
import type { Address, OutboundFile, OutboundPiece, SendOutcome } from '#channel/platform.ts';
import { failedServer, lostCall, notFromPlatform, retry, type ApiAnswer } from '../call-api.ts';
import { readFile, unreadable, type OpenFile } from '../read-file.ts';
import { PlainRequest } from '../plain-text.ts';
import type { BlueBubbles } from './blue-bubbles.ts';

/** Apple's own limit is not documented; larger files fail on the Mac after minutes. */
const MAX_FILE_BYTES = 100 * 1024 * 1024;

const Sent = z.object({ data: z.object({ guid: z.string() }) });
/** What the server itself says: `status` is that of the answer. */
const Problem = z.object({
  status: z.number(),
  message: z.string(),
  error: z.object({ message: z.string().catch('') }).catch({ message: '' }),
});

type Method = 'private-api' | 'apple-script';

export async function send(
  api: BlueBubbles,
  { request, file }: OutboundPiece,
  to: Address,
  openFile: OpenFile,
): Promise<SendOutcome> {
  const parsed = PlainRequest.parse(request);
  const method: Method = (await api.hasPrivateApi()) ? 'private-api' : 'apple-script';
  if (parsed.kind === 'text') {
    return outcomeOf(await tryMethods(method, (by) => sendText(api, to, parsed.text, by)));
  }
  if (file === null || file.size === 0 || file.size > MAX_FILE_BYTES) {
    return { kind: 'unsupported', reason: 'iMessage takes files of 1 byte to 100 MB' };
  }
  const bytes = await readFile(openFile);
  if (bytes === null) return unreadable;
  return outcomeOf(await tryMethods(method, (by) => sendFile(api, to, { file, bytes }, by)));
}

/** AppleScript only after an answer that says that the private API did nothing. */
async function tryMethods(first: Method, call: (method: Method) => Promise<ApiAnswer>): Promise<ApiAnswer> {
  const answer = await call(first);
  const isUnavailable =
    first === 'private-api' &&
    answer.kind === 'answer' &&
    answer.status >= 400 &&
    /private.?api|helper/i.test(problemOf(answer.body));
  return isUnavailable ? call('apple-script') : answer;
}

const sendText = (api: BlueBubbles, to: Address, message: string, method: Method): Promise<ApiAnswer> =>
  api.post('message/text', { chatGuid: to.chatId, message, method, tempGuid: crypto.randomUUID() }, 'slow');

function sendFile(
  api: BlueBubbles,
  to: Address,
  { file, bytes }: { readonly file: OutboundFile; readonly bytes: ArrayBuffer },
  method: Method,
): Promise<ApiAnswer> {
  const form = new FormData();
  form.set('chatGuid', to.chatId);
  form.set('name', file.name);
  form.set('tempGuid', crypto.randomUUID());
  form.set('method', method);
  form.set('attachment', new Blob([bytes], { type: file.mimeType }), file.name);
  return api.post('message/attachment', form, 'slow');
}

function outcomeOf(answer: ApiAnswer): SendOutcome {
  if (answer.kind === 'lost') return lostCall(answer.isTimeout, 'the BlueBubbles server');
  const { status, body } = answer;
  // An answer that broke off after its status was sent still says that it is done
  if (status >= 200 && status < 300) {
    return { kind: 'sent', messageId: Sent.safeParse(body).data?.data.guid ?? null };
  }
  if (status === 429) return retry(5000, 'the BlueBubbles server asks for a pause');
  const problem = problemOf(body);
  // A tunnel without its Mac, or a firewall: they say 403, 404 and 502 in words of their own
  if (problem === '')
    return failedServer(status, 'the BlueBubbles server') ?? notFromPlatform('the BlueBubbles server');
  if (status === 401 || status === 403) {
    const reason = 'The BlueBubbles server does not take BLUEBUBBLES_PASSWORD';
    return { kind: 'refused', reason, authentication: true };
  }
  // Messages on the Mac was told to send it, and nothing was heard of it since
  if (/time(d)? ?-?out/i.test(problem)) return lostCall(true, 'Messages on the Mac');
  if (/chat.*(not (exist|found)|does not exist)/i.test(problem)) {
    return { kind: 'refused', reason: 'Messages on the Mac does not know this chat', authentication: false };
  }
  // Any other code is Messages' own trouble
  if (/error code:? ?22\b/i.test(problem)) {
    const reason = 'Messages on the Mac could not deliver to this address';
    return { kind: 'refused', reason, authentication: false };
  }
  return (
    failedServer(status, 'the BlueBubbles server') ?? {
      kind: 'refused',
      reason: 'The BlueBubbles server did not take the message',
      authentication: false,
    }
  );
}

/** For comparing alone: it is never shown. */
function problemOf(body: unknown): string {
  const parsed = Problem.safeParse(body);
  return parsed.success ? `${parsed.data.message} ${parsed.data.error.message}` : '';
}
