import { Settings } from '#protocol/settings.ts';
import type { Message } from '#protocol/message.ts';
import type { ModelPart, ModelRequest } from '#agent/model.ts';
import type { LogFields } from '#lib/log.ts';
import { createModel } from '#model/create-model.ts';
import { liveModelDeps, type ModelDeps } from '#model/model-deps.ts';

/** A model that talks to `url`, never really sleeps, and writes down how long it would have, and what it logged. */
export function modelAt(url: string, overrides: Partial<ModelDeps> = {}) {
  const waits: number[] = [];
  const logged: { readonly event: string; readonly fields: LogFields | undefined }[] = [];
  const note = (event: string, fields?: LogFields) => void logged.push({ event, fields });
  const model = createModel(Settings.parse({ PROXY_BASE_URL: url }), {
    ...liveModelDeps,
    log: { info: note, warn: note, error: note },
    random: () => 1,
    sleep: async (ms) => void waits.push(ms),
    ...overrides,
  });
  return { model, waits, logged };
}

export const user = (text: string): Message => ({ role: 'user', content: [{ type: 'text', text }] });

export const ask = (text: string, rest: Partial<ModelRequest> = {}): ModelRequest => ({
  model: 'sonnet',
  system: 'Be kind.',
  tools: [],
  messages: [user(text)],
  ...rest,
});

export async function collect(
  parts: AsyncIterable<ModelPart>,
): Promise<{ readonly text: string; readonly parts: ModelPart[]; readonly last: ModelPart | undefined }> {
  const all: ModelPart[] = [];
  let text = '';
  for await (const part of parts) {
    all.push(part);
    if (part.type === 'text_delta') text += part.text;
  }
  return { text, parts: all, last: all.at(-1) };
}

export const never = () => new AbortController().signal;
