import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { formatSize } from '#web/core/format.ts';
import { words } from '#web/core/words.ts';
import { MAX_FILE_BYTES, uploadFile, type Upload } from '#web/features/files/upload-file.ts';
import { usePage } from '#web/page.ts';
import { announce } from '#web/ui/notices.tsx';
import { useStore } from '#web/ui/use-store.ts';

export interface Attachment {
  readonly id: number;
  readonly file: File;
  readonly state: 'uploading' | 'uploaded' | 'failed';
  /** 0 to 1. */
  readonly progress: number;
  readonly problem: string | null;
  /** Its path in the agent's workspace, once it is there. */
  readonly path: string | null;
}

export type Attachments = ReturnType<typeof useAttachments>;

/** The files of the next message. They are uploaded at once and named in it. */
export function useAttachments() {
  const { api, chat } = usePage();
  const [list, setList] = useState<readonly Attachment[]>([]);
  const uploads = useRef(new Map<number, Upload>());
  const lastId = useRef(0);
  const workspaceKey = useStore(chat.epoch);

  // Another conversation has another workspace: what was uploaded to the old one is not there.
  useEffect(() => {
    setList([]);
    for (const upload of uploads.current.values()) upload.abort();
    uploads.current.clear();
  }, [workspaceKey]);

  const lost = useStore(chat.lostWorkspaces);
  const restart = useEffectEvent(() => {
    for (const one of list) if (one.state === 'uploaded') void start(one.id, one.file);
  });
  useEffect(() => {
    if (lost > 0) restart();
  }, [lost]);

  const change = (id: number, part: Partial<Attachment>) =>
    setList((all) => all.map((one) => (one.id === id ? { ...one, ...part } : one)));

  async function start(id: number, file: File): Promise<void> {
    change(id, { state: 'uploading', progress: 0, problem: null, path: null });
    const epoch = chat.epoch.get();
    const workspace = await chat.workspace();
    if (chat.epoch.get() !== epoch) return;
    const upload = uploadFile({
      file,
      workspace,
      onProgress: (progress) => change(id, { progress }),
      renew: api.renew,
    });
    uploads.current.set(id, upload);
    const result = await upload.result;
    uploads.current.delete(id);
    if (result.ok) {
      const { file_type, safe_name } = result.value;
      change(id, { state: 'uploaded', progress: 1, path: `${file_type}/${safe_name}` });
      chat.noteFilesChanged();
      return;
    }
    const { reason } = result.problem;
    const problem =
      reason === null ? words.upload.failed(file.name) : words.upload.refused(file.name, reason);
    change(id, { state: 'failed', problem });
    announce(problem, 'assertive');
  }

  return {
    list,
    busy: list.some((one) => one.state === 'uploading'),

    add(files: readonly File[]): void {
      for (const file of files) {
        const id = (lastId.current += 1);
        const problem = refusal(file);
        setList((all) => [
          ...all,
          { id, file, state: problem === null ? 'uploading' : 'failed', progress: 0, problem, path: null },
        ]);
        if (problem === null) void start(id, file);
        else announce(problem, 'assertive');
      }
    },
    retry(one: Attachment): void {
      if (refusal(one.file) === null) void start(one.id, one.file);
    },
    remove(id: number): void {
      uploads.current.get(id)?.abort();
      setList((all) => all.filter((one) => one.id !== id));
    },
    /** The paths of what is uploaded, which then belongs to the message. What failed stays. */
    take(): string[] {
      const paths = list.flatMap((one) => one.path ?? []);
      setList((all) => all.filter((one) => one.path === null));
      return paths;
    },
  };
}

function refusal(file: File): string | null {
  if (file.size > MAX_FILE_BYTES) return words.upload.tooLarge(file.name, formatSize(MAX_FILE_BYTES));
  return file.size === 0 ? words.upload.empty(file.name) : null;
}
