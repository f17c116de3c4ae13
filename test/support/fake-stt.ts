import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';

/** What comes of a recording. Each try takes the next answer, and those after the last the last one. */
const Answer = z.object({
  status: z.number().default(200),
  /** In the words of the API: `text`, `language`, `duration`. A string is sent as it is. */
  body: z.unknown().default(''),
  headers: z.record(z.string(), z.string()).default({}),
  delayMs: z.number().default(0),
  /** The connection breaks instead. */
  cut: z.boolean().default(false),
});

/** A recording that tells the fake engine what to answer. */
export const recording = (...answers: readonly z.input<typeof Answer>[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Buffer.from(JSON.stringify(answers)));

/** A recording in which this is said. */
export const spoken = (text: string): Uint8Array<ArrayBuffer> =>
  recording({ body: { task: 'transcribe', language: 'english', duration: 1.5, text } });

export const Asked = z.object({
  headers: z.record(z.string(), z.string()),
  fields: z.record(z.string(), z.string()),
  file: z.object({ name: z.string(), type: z.string(), text: z.string() }),
});
export type Asked = z.infer<typeof Asked>;

/** OpenAI's formats: https://developers.openai.com/api/reference/resources/audio */
const formats = /\.(?:flac|m4a|mp3|mp4|mpeg|mpga|ogg|wav|webm)$/;

/** A server with OpenAI's route for transcriptions; `GET /asked` tells what it was asked. */
export async function startFakeStt(): Promise<{
  readonly url: string;
  readonly asked: readonly Asked[];
  close(): void;
}> {
  const asked: Asked[] = [];
  const server = createServer((incoming, response) => {
    void (async () => {
      if (incoming.url === '/asked') return response.end(JSON.stringify(asked));
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk);
      const type = incoming.headers['content-type'] ?? '';
      const form = await new Response(Buffer.concat(chunks), {
        headers: { 'content-type': type },
      }).formData();
      const { file, ...fields } = Object.fromEntries(form);
      if (!(file instanceof File)) throw new Error('no file was sent');
      const text = await file.text();
      const tries = asked.filter((one) => one.file.text === text).length;
      asked.push(
        Asked.parse({ headers: incoming.headers, fields, file: { name: file.name, type: file.type, text } }),
      );
      if (incoming.url !== '/v1/audio/transcriptions') return response.writeHead(404).end();
      if (!formats.test(file.name))
        return response.writeHead(400).end('{"error":{"message":"Invalid file format."}}');
      const answers = z.array(Answer).parse(JSON.parse(text));
      const answer = answers[tries] ?? answers.at(-1) ?? Answer.parse({});
      await wait(answer.delayMs);
      if (answer.cut) return response.destroy();
      response.writeHead(answer.status, answer.headers);
      return response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
    })().catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the fake engine has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
