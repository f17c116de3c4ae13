import { SignIn } from '#web/features/auth/sign-in.tsx';
import { Shell } from '#web/features/chat/shell.tsx';
import { Connections } from '#web/features/connections/connections.tsx';
import { usePage } from '#web/page.ts';
import { Notices } from '#web/ui/notices.tsx';
import { useStore } from '#web/ui/use-store.ts';

export function App() {
  const { router } = usePage();
  const route = useStore(router.route);
  return (
    <>
      {route.page === 'sign-in' ? (
        <SignIn />
      ) : (
        <>
          <Shell />
          <Connections />
        </>
      )}
      <Notices />
    </>
  );
}
