import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import {
  fieldOf,
  startFakePlatform,
  type FakePlatform,
  type FakeRules,
  type PlatformAnswer,
  type PlatformCall,
} from './fake-platform.ts';

export interface FakeZalo extends FakePlatform {
  /** Access tokens that hold. */
  readonly accessTokens: Set<string>;
  /** Refresh tokens that were not used yet: each works once. */
  readonly refreshTokens: Set<string>;
  /** Codes that Zalo has sent an administrator back with, and the challenge they belong to. */
  readonly codes: Map<string, string>;
  /** People who have not written for 7 days. */
  readonly silent: Set<string>;
  /** What users have sent: at `/media/<name>`. */
  readonly media: Map<
    string,
    { readonly bytes: Uint8Array; readonly contentType: string } | { readonly to: string }
  >;
  /** Messages left in the quota of each user; 8 where absent. */
  readonly quota: Map<string, number>;
  /** Whether answers are counted. */
  hasQuota: boolean;
}

export interface FakeZaloOptions {
  readonly appId?: string;
  readonly appSecret?: string;
  readonly accessToken?: string;
  readonly refreshToken?: string;
  readonly port?: number;
}

const Attachment = z.union([
  z.object({
    type: z.literal('template'),
    payload: z.object({
      template_type: z.literal('media'),
      elements: z.tuple([
        z.union([
          z.object({ media_type: z.literal('image'), attachment_id: z.string() }),
          z.object({
            media_type: z.literal('gif'),
            attachment_id: z.string(),
            width: z.number().positive(),
            height: z.number().positive(),
          }),
        ]),
      ]),
    }),
  }),
  z.object({ type: z.literal('file'), payload: z.object({ token: z.string() }) }),
]);
const Message = z.object({
  recipient: z.union([z.object({ user_id: z.string() }), z.object({ group_id: z.string() })]),
  message: z
    .object({ text: z.string().min(1).max(2000).optional(), attachment: Attachment.optional() })
    .refine(({ text, attachment }) => text !== undefined || attachment !== undefined)
    .refine(({ text, attachment }) => attachment?.type !== 'file' || text === undefined),
});
const MB = 1024 * 1024;
const UPLOADS: Readonly<Record<string, { types: RegExp; maxBytes: number }>> = {
  image: { types: /^image\/(jpe?g|png)$/, maxBytes: MB },
  gif: { types: /^image\/gif$/, maxBytes: 5 * MB },
  file: {
    types: /^application\/(pdf|msword|vnd\.openxmlformats-officedocument\.wordprocessingml\.document)$/,
    maxBytes: 5 * MB,
  },
};

const done = (data: unknown): PlatformAnswer => ({
  status: 200,
  body: { error: 0, message: 'Success', data },
});
/** Zalo answers with status 200 whatever happens. */
export const zaloError = (code: number, message = 'failed'): PlatformAnswer => ({
  status: 200,
  body: { error: code, message },
});
const oauthError = (code: number): PlatformAnswer => ({
  status: 200,
  body: { error_name: 'Invalid', error_reason: 'failed', error_description: 'failed', error: code },
});

/** The API of an Official Account and its sign-in: https://developers.zalo.me/docs/official-account */
export async function startFakeZalo(options: FakeZaloOptions = {}): Promise<FakeZalo> {
  const { appId = '123', appSecret = 'app-secret', port } = options;
  const uploads = new Map<string, PlatformCall['file']>();
  let serial = 0;
  const state = {
    accessTokens: new Set([options.accessToken ?? 'zalo-token']),
    refreshTokens: new Set([options.refreshToken ?? 'refresh-1']),
    codes: new Map<string, string>(),
    silent: new Set<string>(),
    media: new Map<string, { bytes: Uint8Array; contentType: string } | { to: string }>(),
    quota: new Map<string, number>(),
    hasQuota: false,
  };

  const newTokens = (): PlatformAnswer => {
    const access = `access-${randomUUID()}`;
    const refresh = `refresh-${randomUUID()}`;
    state.accessTokens.add(access);
    state.refreshTokens.add(refresh);
    return { status: 200, body: { access_token: access, refresh_token: refresh, expires_in: '90000' } };
  };

  const tokenAnswer = (call: PlatformCall): PlatformAnswer => {
    if (call.headers['secret_key'] !== appSecret) return oauthError(-14003);
    if (fieldOf(call, 'app_id') !== appId) return oauthError(-14002);
    switch (fieldOf(call, 'grant_type')) {
      case 'refresh_token':
        return state.refreshTokens.delete(fieldOf(call, 'refresh_token')) ? newTokens() : oauthError(-14014);
      case 'authorization_code': {
        const challenge = state.codes.get(fieldOf(call, 'code'));
        state.codes.delete(fieldOf(call, 'code'));
        const verifier = createHash('sha256').update(fieldOf(call, 'code_verifier')).digest('base64url');
        return challenge === verifier ? newTokens() : oauthError(-14019);
      }
      default:
        return oauthError(-14001);
    }
  };

  const messageAnswer = (
    call: PlatformCall,
    isGroup: boolean,
    take: Parameters<FakeRules['answer']>[1],
  ): PlatformAnswer => {
    const parsed = Message.safeParse(call.body);
    if (!parsed.success) return zaloError(-201);
    const { recipient, message } = parsed.data;
    const id = 'user_id' in recipient ? recipient.user_id : recipient.group_id;
    if (isGroup !== 'group_id' in recipient) return zaloError(-201);
    if (state.silent.has(id)) return zaloError(-230);
    const left = state.quota.get(id) ?? 8;
    if (state.hasQuota && left === 0) return zaloError(-211);
    state.quota.set(id, left - 1);
    const { attachment } = message;
    const upload =
      attachment === undefined
        ? null
        : (uploads.get(
            attachment.type === 'file'
              ? attachment.payload.token
              : attachment.payload.elements[0].attachment_id,
          ) ?? null);
    if (attachment !== undefined && upload === null) return zaloError(-201);
    serial += 1;
    const messageId = `zm${serial}`;
    take({ id: messageId, chatId: isGroup ? `group:${id}` : id, text: message.text ?? '', file: upload });
    return done({
      message_id: messageId,
      user_id: id,
      quota: { quota_type: 'reply', remain: String(left - 1) },
    });
  };

  const uploadAnswer = ({ file }: PlatformCall, kind: string): PlatformAnswer => {
    const rule = UPLOADS[kind];
    if (rule === undefined || file === null) return zaloError(-201);
    if (!rule.types.test(file.type) || file.bytes.length > rule.maxBytes) return zaloError(-210);
    serial += 1;
    const id = `UP${serial}`;
    uploads.set(id, file);
    return done(kind === 'file' ? { token: id } : { attachment_id: id });
  };

  const rules: FakeRules = {
    isSend: ({ path }) => /^\/v3\.0\/oa\/(message\/cs|group\/message)$/.test(path),
    answer: (call, take) => {
      const { path } = call;
      if (path === '/v4/oa/access_token' && call.method === 'POST') return tokenAnswer(call);
      if (path.startsWith('/media/')) {
        const found = state.media.get(path.slice('/media/'.length));
        if (found === undefined) return { status: 404, body: '' };
        return 'to' in found ? { status: 302, body: '', headers: { location: found.to } } : found;
      }
      const token = call.headers['access_token'];
      if (typeof token !== 'string' || !state.accessTokens.has(token)) {
        return zaloError(token === 'expired' ? -124 : -216);
      }
      if (path === '/v2.0/oa/getoa') return done({ oa_id: '4318657068771012646', name: 'Edgewise OA' });
      if (path.startsWith('/v2.0/oa/upload/'))
        return uploadAnswer(call, path.slice('/v2.0/oa/upload/'.length));
      if (path === '/v3.0/oa/message/cs') return messageAnswer(call, false, take);
      if (path === '/v3.0/oa/group/message') return messageAnswer(call, true, take);
      return { status: 404, body: { error: 404, message: 'empty api' } };
    },
  };
  return Object.assign(state, await startFakePlatform(rules, port));
}
