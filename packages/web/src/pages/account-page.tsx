import { PasswordForm } from '../parts/password-form.tsx';
import { TokenList } from '../parts/token-list.tsx';
import type { Session } from '../server/session-queries.ts';

export function AccountPage({ session }: { session: Session }) {
  return (
    <main className="page">
      <div className="stack narrow">
        <h1>{session.username}</h1>
        <section className="card padded">
          <h2>API tokens</h2>
          <TokenList />
        </section>
        <section className="card padded">
          <h2>Password</h2>
          <div style={{ maxWidth: 320 }}>
            <PasswordForm username={session.username} submitLabel="Change password" />
          </div>
        </section>
      </div>
    </main>
  );
}
