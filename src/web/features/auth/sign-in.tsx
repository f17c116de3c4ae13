import { useId, useState, type FormEvent } from 'react';
import { words } from '#web/core/words.ts';
import { usePage } from '#web/page.ts';
import { Button, IconButton } from '#web/ui/button.tsx';
import { Logo } from '#web/ui/logo.tsx';
import { ThemeButton } from '#web/ui/theme-button.tsx';

export function SignIn() {
  const page = usePage();
  const id = useId();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [visible, setVisible] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    setBusy(true);
    setProblem(null);
    const answer = await page.api.signIn(text(fields, 'username'), text(fields, 'password'));
    setBusy(false);
    if (answer.ok && answer.value.success && answer.value.user !== null) return page.enter(answer.value.user);
    if (answer.ok) return setProblem(answer.value.error ?? words.signIn.failed);
    const { problem } = answer;
    setProblem(
      problem.kind === 'unreachable'
        ? words.signIn.unreachable
        : ((problem.kind === 'refused' ? problem.message : null) ?? words.signIn.failed),
    );
  }

  return (
    <main className="flex h-full flex-col overflow-y-auto bg-side px-4">
      <div className="absolute top-2.5 right-3">
        <ThemeButton />
      </div>
      <form
        onSubmit={(event) => void submit(event)}
        aria-labelledby={`${id}-title`}
        className="m-auto w-full max-w-sm rounded-3xl border border-line bg-card p-7 shadow-[0_8px_40px_var(--shadow)] sm:p-9"
      >
        <Logo size={40} />
        <h1 id={`${id}-title`} className="mt-5 font-serif text-[1.7rem] leading-tight">
          {words.signIn.title}
        </h1>
        <p className="mt-1 text-soft">{words.signIn.lead}</p>
        <div role="alert">
          {problem !== null && (
            <p className="mt-5 rounded-lg bg-bad-wash px-3.5 py-2.5 text-sm text-bad">{problem}</p>
          )}
        </div>
        <fieldset disabled={busy} className="mt-6 grid gap-4">
          <div className="grid gap-1.5">
            <label htmlFor={`${id}-username`} className="text-sm font-medium">
              {words.signIn.username}
            </label>
            <input
              id={`${id}-username`}
              name="username"
              required
              autoFocus
              autoComplete="username"
              autoCapitalize="none"
              spellcheck={false}
              className="h-11 rounded-xl border border-line-strong bg-paper px-3.5 text-base"
            />
          </div>
          <div className="grid gap-1.5">
            <label htmlFor={`${id}-password`} className="text-sm font-medium">
              {words.signIn.password}
            </label>
            <div className="relative">
              <input
                id={`${id}-password`}
                name="password"
                {...(visible ? { type: 'text' } : { type: 'password' })}
                required
                autoComplete="current-password"
                className="h-11 w-full rounded-xl border border-line-strong bg-paper pr-12 pl-3.5 text-base"
              />
              <span className="absolute inset-y-0 right-1.5 grid place-items-center">
                <IconButton
                  icon={visible ? 'eyeOff' : 'eye'}
                  label={visible ? words.signIn.hide : words.signIn.show}
                  aria-pressed={visible}
                  onClick={() => setVisible(!visible)}
                />
              </span>
            </div>
          </div>
          <div className="mt-2 grid *:h-11">
            <Button look="fill" submit>
              {busy ? words.signIn.busy : words.signIn.submit}
            </Button>
          </div>
        </fieldset>
      </form>
    </main>
  );
}

const text = (fields: FormData, name: string): string => {
  const value = fields.get(name);
  return typeof value === 'string' ? value : '';
};
