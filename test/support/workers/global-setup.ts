import type { TestProject } from 'vitest/node';
import { startFakeMessagesApi } from '#test/support/fake-messages-api.ts';
import { answerFromPrompt } from '#test/support/prompt-script.ts';

declare module 'vitest' {
  interface ProvidedContext {
    modelUrl: string;
  }
}

/** The model of all workers tests: a real server outside workerd, scripted by the prompts themselves. */
export default async function setup(project: TestProject) {
  const model = await startFakeMessagesApi();
  model.respondWith(answerFromPrompt);
  project.provide('modelUrl', model.url);
  return () => model.close();
}
