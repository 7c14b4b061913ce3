import { Link, Route, Switch } from 'wouter';
import { AccountPage } from './pages/account-page.tsx';
import { CallPage } from './pages/call-page.tsx';
import { CallsPage } from './pages/calls-page.tsx';
import { ConnectPage } from './pages/connect-page.tsx';
import { FirstPasswordPage } from './pages/first-password-page.tsx';
import { LoginPage } from './pages/login-page.tsx';
import { MessagePage } from './pages/message-page.tsx';
import { MessagesPage } from './pages/messages-page.tsx';
import { StatusPage } from './pages/status-page.tsx';
import { UsersPage } from './pages/users-page.tsx';
import { FailureBox } from './parts/failure-box.tsx';
import { Shell, useTheme } from './parts/shell.tsx';
import { asFailure } from './server/api-failure.ts';
import { useSession } from './server/session-queries.ts';

/** Server data is in the query cache, the view in the URL, preferences in local storage; a page draws what these three say. */
export function App() {
  useTheme();
  const session = useSession();
  if (session.isPending) return <main className="gate muted">Loading …</main>;
  if (session.error) {
    return (
      <main className="gate">
        <FailureBox failure={asFailure(session.error)} onRetry={() => void session.refetch()} />
      </main>
    );
  }
  const person = session.data;
  if (!person) return <LoginPage />;
  if (person.mustChangePassword) return <FirstPasswordPage session={person} />;
  return (
    <Shell session={person}>
      <Switch>
        <Route path="/">
          <CallsPage />
        </Route>
        <Route path="/messages">
          <MessagesPage />
        </Route>
        <Route path="/message/:id">{({ id }) => <MessagePage id={decodeURIComponent(id)} />}</Route>
        <Route path="/call">
          <CallPage />
        </Route>
        <Route path="/connect">
          <ConnectPage firstStart={false} />
        </Route>
        <Route path="/status">
          <StatusPage />
        </Route>
        <Route path="/account">
          <AccountPage session={person} />
        </Route>
        <Route path="/users">{person.role === 'admin' ? <UsersPage session={person} /> : <NotFound />}</Route>
        <Route>
          <NotFound />
        </Route>
      </Switch>
    </Shell>
  );
}

function NotFound() {
  return (
    <main className="page">
      <div className="empty stack">
        <h1>There is no such page</h1>
        <p>
          <Link href="/">Go to the calls</Link>
        </p>
      </div>
    </main>
  );
}
