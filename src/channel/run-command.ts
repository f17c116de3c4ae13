import type { Channel } from '#channel/channel.ts';
import { askAgain } from '#channel/asked-elsewhere.ts';
import type { Command } from '#channel/command.ts';
import { mayAnswer } from '#channel/few-answers.ts';
import { identify, setVerbosity, type Sender } from '#channel/identity.ts';
import { linkByAccountCode, linkedSince, newPersonCode, voidAccountCode } from '#channel/link-account.ts';
import { rememberPerson } from '#channel/linked-chat.ts';
import { addNotice } from '#channel/outbox.ts';
import type { InboundMessage } from '#channel/platform.ts';
import { newSession } from '#channel/text/notices.ts';
import { readTurn } from '#channel/turn.ts';
import { defaultVerbosity } from '#channel/verbosity.ts';

const help = `Write what you need, or send a file or a picture.

/new — begin a new conversation
/stop — stop what is running
/status — say what is going on, and ask you again what waits for you
/verbosity silent, status or full — how much of the work you see
/link — connect this chat with your account`;

/** Answers a command. Done twice, after a crash, it says the same twice and does no more. */
export async function runCommand(channel: Channel, command: Command, message: InboundMessage): Promise<void> {
  const sender: Sender = { platform: channel.platformName, ...message.sender };
  switch (command.kind) {
    case 'help':
      return addNotice(channel, help);
    case 'new':
      return beginAnew(channel, sender);
    case 'status':
      askAgain(channel);
      return addNotice(channel, await status(channel, sender));
    case 'verbosity':
      return verbosity(channel, sender, command);
    case 'link':
      return link(channel, message, command.code);
    case 'stop':
      // Taken when it came, before everything that waited
      return undefined;
  }
}

async function beginAnew(channel: Channel, sender: Sender): Promise<void> {
  const identity = await identify(sender, channel.people);
  if (identity.ok) channel.sql.exec('DELETE FROM conversation WHERE username = ?', identity.value.username);
  addNotice(channel, newSession(channel.settings.PLATFORM_BOT_NAME));
}

async function status(channel: Channel, sender: Sender): Promise<string> {
  const identity = await identify(sender, channel.people);
  if (!identity.ok) return 'Your account is disabled.';
  const { username, verbosity } = identity.value;
  const [row] = channel.sql
    .exec('SELECT created_at FROM conversation WHERE username = ?', username)
    .toArray();
  const turn = readTurn(channel.sql);
  const doing =
    turn === undefined
      ? 'Nothing is running.'
      : turn.phase === 'waiting'
        ? 'Waiting for your answer.'
        : 'Working.';
  return [
    doing,
    `You are ${username}.`,
    row === undefined
      ? 'The next message begins a conversation.'
      : `This conversation began ${new Date(Number(row['created_at'])).toISOString().slice(0, 16).replace('T', ' ')} UTC.`,
    `Verbosity: ${verbosity ?? defaultVerbosity(channel)}.`,
  ].join('\n');
}

async function verbosity(
  channel: Channel,
  sender: Sender,
  { verbosity: wanted }: Extract<Command, { kind: 'verbosity' }>,
): Promise<void> {
  if (wanted === null)
    return addNotice(channel, 'Write /verbosity silent, /verbosity status or /verbosity full.');
  await setVerbosity(sender, wanted, channel.people);
  addNotice(channel, `Verbosity is ${wanted} from the next message on.`);
}

/** Strangers may do this, too. */
const LINKS_PER_HOUR = 5;

async function link(
  channel: Channel,
  { key, sender, sentAt, isGroup }: InboundMessage,
  code: string | null,
): Promise<void> {
  if (isGroup) {
    // Everyone there has read it
    const isVoid = code !== null && (await voidAccountCode(code, channel.people));
    return addNotice(channel, isVoid ? readByOthers : 'Write to me in a private chat to link your account.');
  }
  if (!mayAnswer(channel, `link/${sender.id}`, key, LINKS_PER_HOUR)) return;
  const person = { platform: channel.platformName, id: sender.id, name: sender.name };
  if (code === null) {
    const made = await newPersonCode(person, channel.people);
    return addNotice(
      channel,
      `Your code is \`${made.code}\`. Enter it on the page within 10 minutes; it works once.`,
    );
  }
  // Where it was spent by an earlier try of this message, that one linked them
  const username =
    (await linkByAccountCode(person, code, channel.people)) ??
    (await linkedSince(person, sentAt, channel.people));
  if (username !== null) rememberPerson(channel, { platform: channel.platformName, ...sender }, username);
  addNotice(
    channel,
    username === null
      ? 'This code is wrong or has expired. Get a new one on the page.'
      : `This chat is now linked with the account ${username}.`,
  );
}

const readByOthers =
  'Others could read this code, so it is void. Write to me in a private chat to link your account, with a new code.';
