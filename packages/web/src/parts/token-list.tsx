import { type FormEvent, useState } from 'react';
import { asFailure } from '../server/api-failure.ts';
import { useTokenChanges, useTokens } from '../server/session-queries.ts';
import { localText, localZone } from '../view/zone-time.ts';
import { CopyButton } from './copy-button.tsx';
import { FailureBox } from './failure-box.tsx';

const LIFETIMES = [
  { days: 30, label: '30 days' },
  { days: 90, label: '90 days' },
  { days: 365, label: 'a year' },
  { days: 0, label: 'no end' },
];

function moment(us: number | null, none: string): string {
  return us === null ? none : localText(us, localZone()).slice(0, 16);
}

/** Tokens for scripts: made, shown once, listed, revoked. */
export function TokenList() {
  const tokens = useTokens();
  const { add, remove } = useTokenChanges();
  const [name, setName] = useState('');
  const [days, setDays] = useState(90);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate(days > 0 ? { name, expiresInDays: days } : { name }, { onSuccess: () => setName('') });
  };
  const failure = tokens.error ?? add.error ?? remove.error;
  return (
    <div className="stack">
      <form className="inline" onSubmit={submit}>
        <input
          className="field"
          style={{ width: 220 }}
          placeholder="what it is for"
          aria-label="Name of the new token"
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <select
          className="field"
          style={{ width: 110 }}
          aria-label="Valid for"
          value={days}
          onChange={(event) => setDays(Number(event.target.value))}
        >
          {LIFETIMES.map((one) => (
            <option key={one.days} value={one.days}>
              {one.label}
            </option>
          ))}
        </select>
        <button type="submit" className="button" disabled={add.isPending}>
          Create token
        </button>
      </form>
      {add.data && (
        <div className="secret" role="status">
          <p>
            The secret of <b>{add.data.name}</b>. It is shown this once; send it as <code>Authorization: Bearer …</code>
          </p>
          <div className="inline">
            <code>{add.data.secret}</code>
            <CopyButton text={add.data.secret} />
          </div>
        </div>
      )}
      {failure && <FailureBox failure={asFailure(failure)} />}
      {tokens.data && tokens.data.length > 0 && (
        <table className="plain">
          <thead>
            <tr>
              <th>Name</th>
              <th>Of</th>
              <th>Created</th>
              <th>Last used</th>
              <th>Ends</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {tokens.data.map((token) => (
              <tr key={token.id}>
                <td>{token.name}</td>
                <td>{token.username}</td>
                <td className="mono">{moment(token.createdUs, '')}</td>
                <td className="mono">{moment(token.lastUsedUs, 'never')}</td>
                <td className="mono">{moment(token.expiresUs, 'never')}</td>
                <td>
                  <button type="button" className="button small danger" onClick={() => remove.mutate(token.id)}>
                    Revoke
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {tokens.data?.length === 0 && <p className="muted">No tokens yet.</p>}
    </div>
  );
}
