import { createRoute, z } from '@hono/zod-openapi';
import { fileSigningKey } from '#accounts/keys.ts';
import { openLink } from '#files/signed-link.ts';
import { requireUser } from '#http/identity.ts';
import { jsonAnswer, jsonBody, newRouter } from '#http/new-router.ts';
import { routeSecurity } from '#http/route-security.ts';
import { sendFile } from '#http/send-file.ts';
import { sessionNotFound } from '#http/session-not-found.ts';
import { refuseBadId, sessionPath } from '#http/session-path.ts';
import { sessionStub, uploadFile } from '#http/upload-file.ts';
import { systemClock } from '#lib/clock.ts';
import { Detail } from '#protocol/account.ts';
import { FileDelete, FileDeleteRequest, FileList, FileType, FileUpload } from '#protocol/file.ts';

const bytes = {
  description: 'The bytes, or the range that was asked for',
  content: { '*/*': { schema: z.any() } },
};

const listRoute = createRoute({
  method: 'get',
  path: '/files/{session_id}/list',
  summary: 'The files of a session, last changed first',
  middleware: [requireUser, refuseBadId] as const,
  request: {
    params: sessionPath.params,
    query: z.object({ file_type: FileType.optional() }),
  },
  responses: { 200: jsonAnswer(FileList, 'The files'), ...sessionPath.refusals },
});

const downloadRoute = createRoute({
  method: 'get',
  path: '/files/{session_id}/download/{file_type}/{safe_name}',
  summary: 'A file of a session; ranges and conditional requests work',
  middleware: [requireUser, refuseBadId] as const,
  request: { params: sessionPath.params.extend({ file_type: FileType, safe_name: z.string() }) },
  responses: { 200: bytes, ...sessionPath.refusals },
});

const deleteRoute = createRoute({
  method: 'delete',
  path: '/files/{session_id}/delete',
  summary: 'Delete a file of a session',
  middleware: [requireUser, refuseBadId] as const,
  request: { params: sessionPath.params, ...jsonBody(FileDeleteRequest) },
  responses: {
    200: jsonAnswer(FileDelete, 'Deleted, or `success: false` when there is no such file'),
    ...sessionPath.refusals,
  },
});

const linkRoute = createRoute({
  method: 'get',
  path: '/files/dl/{token}',
  summary: 'A file by a signed link, without signing in',
  security: routeSecurity.nobody,
  request: { params: z.object({ token: z.string() }) },
  responses: { 200: bytes, 404: jsonAnswer(Detail, 'The link is wrong, expired, or its file is gone') },
});

/** Described apart from its handler: a schema on the body would read all of it into memory before the handler runs. */
const uploadDescription = {
  method: 'post',
  path: '/files/upload',
  summary: 'Add a file to the input folder of a session; cwd_id counts more than session_id',
  request: {
    body: {
      required: true,
      content: {
        'multipart/form-data': {
          schema: z.object({
            cwd_id: z.string().optional(),
            session_id: z.string().optional(),
            file: z.string().openapi({ type: 'string', format: 'binary' }),
          }),
        },
      },
    },
  },
  responses: {
    200: jsonAnswer(FileUpload, 'Stored, or `success: false` with the reason'),
    ...sessionPath.refusals,
  },
} as const;

/** The files of a session: what the user gave it, and what it made. */
export function fileRoutes() {
  const routes = newRouter();

  routes.openAPIRegistry.registerPath(uploadDescription);
  routes.post('/files/upload', requireUser, (c) =>
    uploadFile(c.req.raw, { env: c.env, username: c.var.user.username }),
  );

  routes.openapi(listRoute, async (c) => {
    const { session_id } = c.req.valid('param');
    const files = await sessionStub(c.env, c.var.user.username, session_id).listFiles(
      c.req.valid('query').file_type,
    );
    const sentId = c.req.param('session_id');
    if (files === null) return c.json(sessionNotFound(sentId), 404);
    const total_size_bytes = files.reduce((sum, { size_bytes }) => sum + size_bytes, 0);
    return c.json({ session_id: sentId, files, total_files: files.length, total_size_bytes }, 200);
  });

  routes.openapi(downloadRoute, async (c) => {
    const { session_id, file_type, safe_name } = c.req.valid('param');
    const stub = sessionStub(c.env, c.var.user.username, session_id);
    const sent = await sendFile(
      { stub, bucket: c.env.FILES, headers: c.req.raw.headers },
      `${file_type}/${safe_name}`,
    );
    if (sent === 'no_session') return c.json(sessionNotFound(c.req.param('session_id')), 404);
    if (sent === 'no_file') {
      const message = `File '${safe_name}' not found in ${file_type} directory`;
      return c.json({ message, detail: message, details: {} }, 404);
    }
    return sent;
  });

  routes.openapi(deleteRoute, async (c) => {
    const request = c.req.valid('json');
    const { session_id } = c.req.valid('param');
    const result = await sessionStub(c.env, c.var.user.username, session_id).deleteFile(request);
    if (result === null) return c.json(sessionNotFound(c.req.param('session_id')), 404);
    if (result.deleted) return c.json({ success: true, error: null, remaining_files: result.remaining }, 200);
    const error = `File '${request.safe_name}' not found or already deleted`;
    return c.json({ success: false, error, remaining_files: 0 }, 200);
  });

  routes.openapi(linkRoute, async (c) => {
    const key = await fileSigningKey(c.var.settings);
    const link = key === null ? null : await openLink(c.req.valid('param').token, key, systemClock.now());
    if (link !== null) {
      const stub = sessionStub(c.env, link.u, link.c);
      const path = link.p.slice(link.c.length + 1);
      const sent = await sendFile({ stub, bucket: c.env.FILES, headers: c.req.raw.headers }, path);
      if (sent instanceof Response) return sent;
    }
    return c.json({ detail: 'Not found' }, 404);
  });

  return routes;
}
