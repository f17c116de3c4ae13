import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CliFailure, exitCode } from '#cli/failure.ts';
import type { Host } from '#cli/host.ts';

/** Asks for one line at the terminal and shows nothing of it. Ctrl-C or the end of the input ends the command. */
export function askHidden(host: Host, question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: host.input, output: nowhere, terminal: true });
  host.errors.write(question);
  return new Promise((resolve, reject) => {
    reader.on('line', (line) => {
      resolve(line);
      reader.close();
    });
    reader.on('SIGINT', () => reader.close());
    reader.on('close', () => {
      host.errors.write('\n');
      reject(new CliFailure(exitCode.interrupted, 'Stopped.'));
    });
  });
}
