import type { Channel } from '#channel/channel.ts';
import { locate, outgoingFile, versionOf } from '#channel/deliver-file.ts';
import { dropRow, type OutboxRow } from '#channel/outbox.ts';
import type { OutboundContent } from '#channel/platform.ts';
import { escapeMarkdown } from '#channel/text/escape-markdown.ts';

/**
 * Looks after a file that may have been written again while its message waited. False: the row is another now, or
 * gone, because a later one brings the same file.
 */
export async function refreshFile(channel: Channel, row: OutboxRow): Promise<boolean> {
  const { id, file, content } = row;
  if (file === null || file.version === null || content?.kind !== 'file') return true;
  const location = await locate(channel, file).catch(() => undefined);
  // Who cannot look now sends what there is
  if (location === undefined || (location !== null && versionOf(location) === file.version)) return true;
  const newer =
    location === null
      ? { content: gone(content.file.name), file: undefined }
      : await outgoingFile(
          channel,
          { ...content.file, size: location.size },
          { ...file, version: versionOf(location) },
        );
  const { sql } = channel;
  const [later] = sql
    .exec(
      `SELECT 1 FROM outbox WHERE id > ? AND state IN ('pending', 'unclear')
         AND file ->> '$.path' = ? AND file ->> '$.sessionId' = ?`,
      id,
      file.path,
      file.sessionId,
    )
    .toArray();
  if (later !== undefined) {
    dropRow(channel, id);
    return false;
  }
  const [piece] = channel.platform.format(newer.content);
  channel.transaction(() => {
    sql.exec(
      'UPDATE outbox SET content = ?, piece = ?, file = ? WHERE id = ?',
      JSON.stringify(newer.content),
      JSON.stringify(piece),
      newer.file === undefined ? null : JSON.stringify(newer.file),
      id,
    );
    // The call that made it may not have told of its end yet
    if (location !== null)
      sql.exec(
        `INSERT OR IGNORE INTO delivered (path, version)
         SELECT ?, ? FROM turn WHERE username = ? AND session_id = ?`,
        file.path,
        versionOf(location),
        file.username,
        file.sessionId,
      );
  });
  return false;
}

const gone = (name: string): OutboundContent => ({
  kind: 'text',
  markdown: `The file ${escapeMarkdown(name)} was removed before it could be sent.`,
});
