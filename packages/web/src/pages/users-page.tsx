import type { Role } from '@calliope/model';
import { type FormEvent, useState } from 'react';
import { FailureBox } from '../parts/failure-box.tsx';
import { TokenList } from '../parts/token-list.tsx';
import { asFailure } from '../server/api-failure.ts';
import { type Session, useUserChanges, useUsers } from '../server/session-queries.ts';
import { localText, localZone } from '../view/zone-time.ts';

/** Who may log in. For administrators. */
export function UsersPage({ session }: { session: Session }) {
  const users = useUsers();
  const { add, change, remove } = useUserChanges();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [role, setRole] = useState<Role>('user');
  const [resetting, setResetting] = useState('');
  const [newPassword, setNewPassword] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate(
      { username, password, role },
      {
        onSuccess: () => {
          setUsername('');
          setPassword('');
        },
      },
    );
  };
  const failure = users.error ?? add.error ?? change.error ?? remove.error;
  return (
    <main className="page">
      <div className="stack narrow">
        <h1>Users and tokens</h1>
        {failure && <FailureBox failure={asFailure(failure)} />}
        <section className="card padded stack">
          <h2>Users</h2>
          <table className="plain">
            <thead>
              <tr>
                <th>User</th>
                <th>Role</th>
                <th>Created</th>
                <th>Password</th>
                <th />
              </tr>
            </thead>
            <tbody>
              {users.data?.map((user) => (
                <tr key={user.username}>
                  <td>
                    <b>{user.username}</b> {user.username === session.username && <span className="chip">you</span>}
                  </td>
                  <td>
                    <select
                      className="field"
                      style={{ width: 90 }}
                      aria-label={`Role of ${user.username}`}
                      value={user.role}
                      disabled={user.username === session.username}
                      onChange={(event) => change.mutate({ username: user.username, role: event.target.value as Role })}
                    >
                      <option value="user">user</option>
                      <option value="admin">admin</option>
                    </select>
                  </td>
                  <td className="mono">{localText(user.createdUs, localZone()).slice(0, 16)}</td>
                  <td>
                    {resetting === user.username ? (
                      <form
                        className="inline"
                        onSubmit={(event) => {
                          event.preventDefault();
                          change.mutate(
                            { username: user.username, password: newPassword },
                            {
                              onSuccess: () => {
                                setResetting('');
                                setNewPassword('');
                              },
                            },
                          );
                        }}
                      >
                        <input
                          className="field"
                          style={{ width: 150 }}
                          type="password"
                          autoComplete="new-password"
                          aria-label={`New password of ${user.username}`}
                          required
                          value={newPassword}
                          onChange={(event) => setNewPassword(event.target.value)}
                        />
                        <button type="submit" className="button small">
                          Set
                        </button>
                      </form>
                    ) : (
                      <span className="inline">
                        {user.mustChangePassword ? 'must be changed' : 'own'}
                        <button
                          type="button"
                          className="button small quiet"
                          onClick={() => setResetting(user.username)}
                        >
                          Reset
                        </button>
                      </span>
                    )}
                  </td>
                  <td>
                    <button
                      type="button"
                      className="button small danger"
                      disabled={user.username === session.username}
                      onClick={() => {
                        if (window.confirm(`Remove the user ${user.username}, with all tokens?`))
                          remove.mutate(user.username);
                      }}
                    >
                      Remove
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <form className="inline" onSubmit={submit}>
            <input
              className="field"
              style={{ width: 170 }}
              placeholder="user name"
              aria-label="New user's name"
              autoComplete="off"
              required
              value={username}
              onChange={(event) => setUsername(event.target.value)}
            />
            <input
              className="field"
              style={{ width: 190 }}
              type="password"
              placeholder="first password"
              aria-label="New user's first password"
              autoComplete="new-password"
              required
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
            <select
              className="field"
              style={{ width: 90 }}
              aria-label="New user's role"
              value={role}
              onChange={(event) => setRole(event.target.value as Role)}
            >
              <option value="user">user</option>
              <option value="admin">admin</option>
            </select>
            <button type="submit" className="button primary" disabled={add.isPending}>
              Add user
            </button>
            <span className="muted">The first password must be changed at the first login.</span>
          </form>
        </section>
        <section className="card padded stack">
          <h2>API tokens</h2>
          <TokenList />
        </section>
      </div>
    </main>
  );
}
