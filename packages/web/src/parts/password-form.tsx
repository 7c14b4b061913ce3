import { type FormEvent, useState } from 'react';
import { asFailure } from '../server/api-failure.ts';
import { useChangePassword } from '../server/session-queries.ts';
import { FailureBox } from './failure-box.tsx';

/** Changes one's own password. The server has the last word on what it accepts. */
export function PasswordForm({ username, submitLabel }: { username: string; submitLabel: string }) {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const change = useChangePassword();
  const differs = again !== '' && next !== again;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (next !== again) return;
    change.mutate(
      { currentPassword: current, newPassword: next },
      {
        onSuccess: () => {
          setCurrent('');
          setNext('');
          setAgain('');
        },
      },
    );
  };
  const field = (label: string, name: string, autoComplete: string, value: string, set: (value: string) => void) => (
    <label>
      <span className="label">{label}</span>
      <input
        className="field"
        type="password"
        name={name}
        data-testid={`password-${name}`}
        autoComplete={autoComplete}
        required
        value={value}
        onChange={(event) => set(event.target.value)}
      />
    </label>
  );
  return (
    <form className="stack" onSubmit={submit}>
      <input className="sr-only" name="username" autoComplete="username" value={username} readOnly tabIndex={-1} />
      {field('Current password', 'current', 'current-password', current, setCurrent)}
      {field('New password', 'new', 'new-password', next, setNext)}
      {field('New password again', 'again', 'new-password', again, setAgain)}
      {differs && <p role="alert">The two new passwords differ.</p>}
      {change.error && <FailureBox failure={asFailure(change.error)} />}
      {change.isSuccess && <p role="status">The password is changed.</p>}
      <button
        type="submit"
        className="button primary"
        data-testid="password-submit"
        disabled={change.isPending || differs}
      >
        {submitLabel}
      </button>
    </form>
  );
}
