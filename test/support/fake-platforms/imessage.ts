import { z } from 'zod';
import {
  fieldOf,
  startFakePlatform,
  type FakePlatform,
  type FakeRules,
  type PlatformAnswer,
  type PlatformCall,
} from './fake-platform.ts';

export interface FakeBlueBubbles extends FakePlatform {
  readonly webhooks: { id: number; url: string; events: readonly string[] }[];
  /** What users have sent: by attachment guid. */
  readonly attachments: Map<string, { readonly bytes: Uint8Array; readonly mimeType: string }>;
  /** Attachments that are still on their way from Apple: how often they are answered with 500. */
  readonly notOnDisk: Map<string, number>;
  /** The Mac's own store of messages, as `message/query` gives them. */
  readonly stored: { readonly dateCreated: number; readonly [field: string]: unknown }[];
  /** Chats in which something is being written, and those that were read. */
  readonly typing: string[];
  readonly read: string[];
  privateApi: boolean;
  /** The private API was switched on, but its helper has gone. */
  helperConnected: boolean;
}

export interface FakeBlueBubblesOptions {
  readonly password?: string;
  readonly port?: number;
}

const Query = z.object({
  after: z.number().default(0),
  limit: z.number().int().min(1).max(1000).default(100),
  offset: z.number().int().min(0).default(0),
  sort: z.enum(['ASC', 'DESC']).default('DESC'),
});
const NewWebhook = z.object({ url: z.string().startsWith('http'), events: z.array(z.string()).min(1) });

const done = (data: unknown): PlatformAnswer => ({
  status: 200,
  body: { status: 200, message: 'Success!', data },
});
export const blueBubblesError = (status: number, type: string, message: string): PlatformAnswer => ({
  status,
  body: { status, message, error: { type, message } },
});
const bad = (message: string) => blueBubblesError(400, 'Validation Error', message);

/** The REST API of a BlueBubbles server 1.9: https://docs.bluebubbles.app/server */
export async function startFakeBlueBubbles(options: FakeBlueBubblesOptions = {}): Promise<FakeBlueBubbles> {
  const { password = 'bb-password', port } = options;
  let serial = 0;
  const state = {
    webhooks: [] as FakeBlueBubbles['webhooks'],
    attachments: new Map<string, { bytes: Uint8Array; mimeType: string }>(),
    notOnDisk: new Map<string, number>(),
    stored: [] as FakeBlueBubbles['stored'],
    typing: [] as string[],
    read: [] as string[],
    privateApi: true,
    helperConnected: true,
  };

  const rules: FakeRules = {
    isSend: ({ path }) => /\/message\/(text|attachment)$/.test(path),
    answer: (call, take) => {
      const given = call.query.get('password') ?? call.query.get('guid') ?? call.query.get('token');
      if (given !== password) return blueBubblesError(401, 'Authentication Error', 'Unauthorized');
      if (!call.path.startsWith('/api/v1/')) return blueBubblesError(404, 'Not Found', 'Not Found');
      const [room = '', id = '', act = ''] = call.path
        .slice('/api/v1/'.length)
        .split('/')
        .map(decodeURIComponent);
      if (room === 'server' && id === 'info') {
        return done({
          os_version: '26.1.0',
          server_version: '1.9.9',
          private_api: state.privateApi,
          helper_connected: state.privateApi && state.helperConnected,
          detected_imessage: 'agent@example.com',
        });
      }
      if (room === 'webhook') return webhookAnswer(call, id, state);
      if (room === 'message' && id === 'query') return queryAnswer(call, state.stored);
      if (room === 'message' && (id === 'text' || id === 'attachment')) {
        const problem = sendProblem(call, id, state);
        if (problem !== null) return problem;
        serial += 1;
        const guid = `SENT-${serial}`;
        const text = fieldOf(call, 'message');
        take({ id: guid, chatId: fieldOf(call, 'chatGuid'), text, file: call.file });
        return done({
          guid,
          text,
          tempGuid: fieldOf(call, 'tempGuid'),
          isFromMe: true,
          dateCreated: call.at,
        });
      }
      if (room === 'chat') {
        if (!state.privateApi) return noPrivateApi;
        if (call.method === 'POST' && act === 'typing') state.typing.push(id);
        else if (call.method === 'POST' && act === 'read') state.read.push(id);
        else return blueBubblesError(404, 'Not Found', 'Not Found');
        return done(null);
      }
      if (room === 'attachment' && act === 'download') return attachmentAnswer(id, state);
      return blueBubblesError(404, 'Not Found', 'Not Found');
    },
  };
  return Object.assign(state, await startFakePlatform(rules, port));
}

const noPrivateApi = blueBubblesError(500, 'iMessage Error', 'iMessage Private API is not enabled!');

type State = Pick<
  FakeBlueBubbles,
  'webhooks' | 'attachments' | 'notOnDisk' | 'privateApi' | 'helperConnected'
>;

function webhookAnswer(call: PlatformCall, id: string, { webhooks }: State): PlatformAnswer {
  if (call.method === 'GET') return done(webhooks);
  if (call.method === 'DELETE') {
    const at = webhooks.findIndex((webhook) => String(webhook.id) === id);
    if (at < 0) return blueBubblesError(404, 'Not Found', 'Webhook does not exist!');
    webhooks.splice(at, 1);
    return done(null);
  }
  const parsed = NewWebhook.safeParse(call.body);
  if (!parsed.success) return bad('The url must start with http');
  if (webhooks.some(({ url }) => url === parsed.data.url)) return bad('Webhook already exists');
  const webhook = { id: Math.max(0, ...webhooks.map((one) => one.id)) + 1, ...parsed.data };
  webhooks.push(webhook);
  return done(webhook);
}

function queryAnswer({ body }: PlatformCall, stored: FakeBlueBubbles['stored']): PlatformAnswer {
  const parsed = Query.safeParse(body);
  if (!parsed.success) return bad('The query is not valid');
  const { after, limit, offset, sort } = parsed.data;
  const found = stored
    .filter(({ dateCreated }) => dateCreated >= after)
    .toSorted((one, other) => (sort === 'ASC' ? 1 : -1) * (one.dateCreated - other.dateCreated));
  return done(found.slice(offset, offset + limit));
}

function sendProblem(call: PlatformCall, what: string, state: State): PlatformAnswer | null {
  const method = fieldOf(call, 'method') || 'apple-script';
  const chat = fieldOf(call, 'chatGuid');
  if (chat === '') return bad('The chatGuid field is mandatory.');
  if (method === 'apple-script' && fieldOf(call, 'tempGuid') === '') {
    return bad('A tempGuid is required when sending via AppleScript.');
  }
  if (method === 'private-api') {
    if (!state.privateApi) return noPrivateApi;
    if (!state.helperConnected) {
      return blueBubblesError(500, 'iMessage Error', 'iMessage Private API Helper is not connected!');
    }
  }
  if (!/^(iMessage|SMS|any);[-+];.+$/.test(chat)) {
    return blueBubblesError(500, 'iMessage Error', 'Chat does not exist!');
  }
  if (what === 'attachment') {
    if (call.file === null) return bad('Attachment not provided or was empty!');
    return fieldOf(call, 'name') === '' ? bad('The name field is mandatory.') : null;
  }
  return fieldOf(call, 'message') === '' ? bad('The message field is mandatory.') : null;
}

function attachmentAnswer(id: string, { attachments, notOnDisk }: State) {
  const left = notOnDisk.get(id) ?? 0;
  if (left > 0) {
    notOnDisk.set(id, left - 1);
    return blueBubblesError(500, 'Server Error', 'Attachment is not on disk!');
  }
  const found = attachments.get(id);
  return found === undefined
    ? blueBubblesError(404, 'Not Found', 'Attachment does not exist!')
    : { bytes: found.bytes, contentType: found.mimeType };
}
