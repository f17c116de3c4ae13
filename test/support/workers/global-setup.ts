import type { TestProject } from 'vitest/node';
import { startFakeHooks } from '#test/support/fake-hooks.ts';
import { startFakeMcpServer } from '#test/support/fake-mcp-server.ts';
import { startFakeMessagesApi } from '#test/support/fake-messages-api.ts';
import { startFakeTelegram } from '#test/support/fake-platforms/telegram.ts';
import { startFakeWhatsapp } from '#test/support/fake-platforms/whatsapp.ts';
import { spoken, startFakeStt } from '#test/support/fake-stt.ts';
import { startFakeWeb } from '#test/support/fake-web.ts';
import { answerFromPrompt } from '#test/support/prompt-script.ts';

declare module 'vitest' {
  interface ProvidedContext {
    modelUrl: string;
    hooksUrl: string;
    mcpUrl: string;
    telegramUrl: string;
    whatsappUrl: string;
    sttUrl: string;
  }
}

/** Real servers outside workerd: the model, scripted by the prompts themselves, and a web to fetch pages from. */
export default async function setup(project: TestProject) {
  const model = await startFakeMessagesApi();
  model.respondWith(answerFromPrompt);
  project.provide('modelUrl', model.url);
  const web = await startFakeWeb();
  project.provide('webUrl', web.url);
  const hooks = await startFakeHooks();
  project.provide('hooksUrl', hooks.url);
  const mcp = await startFakeMcpServer();
  project.provide('mcpUrl', mcp.url);
  const [telegram, whatsapp] = await Promise.all([startFakeTelegram(), startFakeWhatsapp()]);
  telegram.files.set('FILE1', new TextEncoder().encode('of a user'));
  whatsapp.media.set('FILE1', { bytes: new TextEncoder().encode('of a user'), mimeType: 'text/plain' });
  project.provide('telegramUrl', telegram.url);
  project.provide('whatsappUrl', whatsapp.url);
  telegram.files.set('VOICE1', spoken('How tall is the Eiffel tower?'));
  const stt = await startFakeStt();
  project.provide('sttUrl', stt.url);
  return async () => {
    stt.close();
    await telegram.close();
    await whatsapp.close();
    await mcp.close();
    hooks.close();
    web.close();
    await model.close();
  };
}
