import { CalliopeMark } from '../parts/calliope-mark.tsx';
import { PasswordForm } from '../parts/password-form.tsx';
import type { Session } from '../server/session-queries.ts';

/** Shown in place of any page until a password that somebody else knows is replaced. */
export function FirstPasswordPage({ session }: { session: Session }) {
  return (
    <main className="gate">
      <section className="card">
        <CalliopeMark size={34} />
        <h1>Choose your own password</h1>
        <p className="muted" style={{ marginTop: 6 }}>
          The one you logged in with was given by somebody else.
        </p>
        <PasswordForm username={session.username} submitLabel="Change and go on" />
      </section>
    </main>
  );
}
