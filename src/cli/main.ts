import { processHost } from '#cli/host.ts';
import { runCli } from '#cli/run.ts';

// `edgewise sessions | head` closes the pipe early; that is no failure
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const code = await runCli(process.argv.slice(2), processHost);
// Sockets and the keyboard may still be open; what was printed must be out before they are dropped
process.stdout.write('', () => process.exit(code));
