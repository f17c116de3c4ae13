import { useCallback, useEffect, useRef, useState } from 'react';
import { downloadPath } from '#web/core/api.ts';
import { formatMoment, formatSize } from '#web/core/format.ts';
import { visibleName } from '#web/core/visible-name.ts';
import type { StoredFile } from '#web/core/wire.ts';
import { words } from '#web/core/words.ts';
import { usePage } from '#web/page.ts';
import { Button, IconButton } from '#web/ui/button.tsx';
import { ConfirmDialog } from '#web/ui/confirm-dialog.tsx';
import { Icon } from '#web/ui/icon.tsx';
import { notify } from '#web/ui/notices.tsx';
import { Spinner } from '#web/ui/spinner.tsx';
import { useStore } from '#web/ui/use-store.ts';

type Files =
  | { readonly state: 'loading' }
  | { readonly state: 'failed' }
  | { readonly state: 'ready'; readonly list: readonly StoredFile[] };

export function FilesTab() {
  const { api, chat } = usePage();
  const session = useStore(chat.state, (state) => state.sessionId);
  const version = useStore(chat.state, (state) => state.filesVersion);
  const [files, setFiles] = useState<Files>({ state: 'loading' });
  const [doomed, setDoomed] = useState<StoredFile | null>(null);
  const asked = useRef(0);

  const load = useCallback(async () => {
    if (session === null) return;
    const ask = (asked.current += 1);
    const answer = await api.files(session);
    if (ask !== asked.current) return;
    setFiles(answer.ok ? { state: 'ready', list: answer.value.files } : { state: 'failed' });
  }, [api, session]);
  useEffect(() => setFiles({ state: 'loading' }), [session]);
  useEffect(() => void load(), [load, version]);

  if (session === null) return <p className="px-4 py-6 text-sm text-soft">{words.files.noSession}</p>;
  if (files.state === 'loading')
    return (
      <p className="px-4 py-6">
        <Spinner />
      </p>
    );
  if (files.state === 'failed')
    return (
      <div role="alert" className="grid justify-items-start gap-3 px-4 py-6 text-sm">
        {words.files.failed}
        <Button onClick={() => void load()}>{words.retry}</Button>
      </div>
    );

  async function remove(file: StoredFile, from: string) {
    setDoomed(null);
    const answer = await api.removeFile(from, file);
    if (!answer.ok || !answer.value.success)
      notify(words.files.deleteFailed(visibleName(file.original_name)));
    await load();
  }
  const size = files.list.reduce((sum, file) => sum + file.size_bytes, 0);
  return (
    <>
      {files.list.length === 0 && <p className="px-4 py-6 text-sm text-soft">{words.files.empty}</p>}
      <ul className="px-2">
        {files.list.map((file) => (
          <FileRow
            key={`${file.file_type}/${file.safe_name}`}
            file={file}
            session={session}
            onDelete={() => setDoomed(file)}
          />
        ))}
      </ul>
      {files.list.length > 0 && (
        <p className="px-4 py-3 text-xs text-soft">
          {words.files.total(files.list.length, formatSize(size))}
        </p>
      )}
      {doomed !== null && (
        <ConfirmDialog
          title={words.files.deleteTitle}
          text={words.files.deleteText(visibleName(doomed.original_name))}
          yes={words.sessions.deleteYes}
          onYes={() => void remove(doomed, session)}
          onClose={() => setDoomed(null)}
        />
      )}
    </>
  );
}

function FileRow({ file, session, onDelete }: { file: StoredFile; session: string; onDelete: () => void }) {
  const { api } = usePage();
  const name = visibleName(file.original_name);

  /** The browser follows the link by itself, and so cannot renew a cookie that has run out: that is done before. */
  async function download() {
    if (!(await api.renew())) return;
    const link = document.createElement('a');
    link.href = downloadPath(session, file);
    link.download = file.original_name;
    link.click();
  }
  return (
    <li className="flex gap-2.5 rounded-xl pt-2 pr-1 pl-2.5 hover:bg-hover">
      <Icon name="file" className="mt-px text-soft" />
      <div className="min-w-0 flex-1">
        <p className="pr-1.5 text-sm leading-snug wrap-anywhere">{name}</p>
        <div className="flex items-center">
          <p className="min-w-0 flex-1 text-xs text-soft" title={formatMoment(Date.parse(file.created_at))}>
            {formatSize(file.size_bytes)} · {words.files[file.file_type]}
          </p>
          <IconButton
            icon="download"
            size={16}
            label={words.files.download(name)}
            onClick={() => void download()}
          />
          <IconButton icon="trash" size={16} label={words.files.delete(name)} onClick={onDelete} />
        </div>
      </div>
    </li>
  );
}
