import { type FormEvent, useState } from 'react';
import { CalliopeMark } from '../parts/calliope-mark.tsx';
import { FailureBox } from '../parts/failure-box.tsx';
import { asFailure } from '../server/api-failure.ts';
import { useLogin } from '../server/session-queries.ts';

/** Shown in place of any page while nobody is logged in; the URL stays, and the page appears once somebody is. */
export function LoginPage() {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const login = useLogin();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    login.mutate({ username, password });
  };
  return (
    <main className="gate">
      <section className="card">
        <div className="inline">
          <CalliopeMark size={34} />
          <h1 className="wordmark" style={{ fontSize: 30 }}>
            Calliope
          </h1>
        </div>
        <form onSubmit={submit}>
          <label>
            <span className="label">User</span>
            <input
              className="field"
              data-testid="login-username"
              name="username"
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              required
              // biome-ignore lint/a11y/noAutofocus: the only thing to do on this page
              autoFocus
              value={username}
              onChange={(event) => setUsername(event.target.value)}
            />
          </label>
          <label>
            <span className="label">Password</span>
            <input
              className="field"
              data-testid="login-password"
              name="password"
              type="password"
              autoComplete="current-password"
              required
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          </label>
          {login.error && <FailureBox failure={asFailure(login.error)} />}
          <button type="submit" className="button primary" data-testid="login-submit" disabled={login.isPending}>
            {login.isPending ? 'Logging in …' : 'Log in'}
          </button>
        </form>
      </section>
    </main>
  );
}
