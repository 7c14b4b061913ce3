import type { ConnectionReport, HealthReport } from '@calliope/model';
import type { ReactNode } from 'react';
import { FailureBox } from '../parts/failure-box.tsx';
import { asFailure } from '../server/api-failure.ts';
import { useHealth } from '../server/call-queries.ts';
import { formatBytes, formatCount, formatRate, formatUptime } from '../view/format-figures.ts';
import { localText, localZone } from '../view/zone-time.ts';

function Figure({ label, value, note, alarm }: { label: string; value: string; note?: string; alarm?: boolean }) {
  return (
    <div className="figure">
      <span className="label">{label}</span>
      <b className={`mono ${alarm ? 'alarm' : ''}`}>{value}</b>
      {note && <span className="muted">{note}</span>}
    </div>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="card padded stack">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Receivers({ health }: { health: HealthReport }) {
  return (
    <table className="plain figures">
      <thead>
        <tr>
          <th>Receiver</th>
          <th>Received</th>
          <th>Stored</th>
          <th>Duplicates</th>
          <th>Refused</th>
          <th>Undecodable</th>
          <th>Dropped</th>
          <th>Pending</th>
          <th>Keep-alives</th>
          <th title="Packets within tunnels that carried no SIP">Ignored</th>
          <th>Connections</th>
        </tr>
      </thead>
      <tbody>
        {health.receivers.map((receiver) => {
          const dropped = Object.entries(receiver.dropped);
          const lost = dropped.reduce((sum, [, count]) => sum + count, 0);
          return (
            <tr key={receiver.name}>
              <td className="mono">{receiver.name}</td>
              <td>{formatCount(receiver.received)}</td>
              <td>{formatCount(receiver.stored)}</td>
              <td>{formatCount(receiver.duplicates)}</td>
              <td>{formatCount(receiver.refused)}</td>
              <td>{formatCount(receiver.undecodable)}</td>
              <td className={lost > 0 ? 'alarm' : ''}>
                {formatCount(lost)}
                {lost > 0 && (
                  <small> {dropped.map(([stage, count]) => `${stage} ${formatCount(count)}`).join(', ')}</small>
                )}
              </td>
              <td>{formatCount(receiver.pending)}</td>
              <td>{formatCount(receiver.keepAlives)}</td>
              <td>{receiver.ignored === undefined ? '' : formatCount(receiver.ignored)}</td>
              <td>
                <Connections of={receiver.connections} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** How many are open, and why others were closed or refused. */
function Connections({ of: connections }: { of: ConnectionReport | undefined }) {
  if (!connections) return <span className="muted">–</span>;
  const { open, closed, lastFailure } = connections;
  const reasons = Object.entries(closed).map(([reason, count]) => `${reason.replace('_', ' ')} ${formatCount(count)}`);
  return (
    <span title={lastFailure}>
      {formatCount(open)}
      {reasons.length > 0 && <small> closed: {reasons.join(', ')}</small>}
    </span>
  );
}

function Agents({ health }: { health: HealthReport }) {
  if (health.agents.length === 0) return <p className="muted">No agent has sent anything since start.</p>;
  return (
    <table className="plain figures">
      <thead>
        <tr>
          <th>Node</th>
          <th>Address</th>
          <th>Version</th>
          <th>Received</th>
          <th>A second</th>
          <th title="Copies of packets that another agent sent before">Duplicates</th>
          <th>Refused</th>
          <th>Undecodable</th>
          <th>Dropped</th>
          <th>Last seen</th>
          <th>Clock skew</th>
        </tr>
      </thead>
      <tbody>
        {health.agents.map((agent) => (
          <tr key={`${agent.node} ${agent.address}`}>
            <td>{agent.node || <span className="muted">unknown</span>}</td>
            <td className="mono">{agent.address || <span className="muted">others</span>}</td>
            <td>{agent.version ?? '–'}</td>
            <td>{formatCount(agent.received)}</td>
            <td>{formatRate(agent.ratePerSecond)}</td>
            <td>{formatCount(agent.duplicates)}</td>
            <td>{formatCount(agent.refused)}</td>
            <td>{formatCount(agent.undecodable)}</td>
            <td className={agent.dropped > 0 ? 'alarm' : ''}>{formatCount(agent.dropped)}</td>
            <td>{localText(agent.lastSeenUs, localZone()).slice(0, 19)}</td>
            <td className={Math.abs(agent.skewMs ?? 0) > 1000 ? 'alarm' : ''}>
              {agent.skewMs === null ? 'sends no times' : `${agent.skewMs.toFixed(1)} ms`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** How the capture node itself is doing. */
export function StatusPage() {
  const found = useHealth();
  const health = found.data;
  if (!health) {
    return (
      <main className="page">
        {found.error ? <FailureBox failure={asFailure(found.error)} /> : <p className="muted">Loading …</p>}
      </main>
    );
  }
  const { spool, engine, store, disk } = health;
  return (
    <main className="page">
      <div className="stack wide">
        <div className="inline">
          <h1>Status</h1>
          <span className={`health-dot ${health.status}`} aria-hidden="true" />
          <b>{health.status}</b>
          <span className="muted">
            version {health.version}, up {formatUptime(health.uptimeSeconds)}, {health.listen.http}; times in{' '}
            {localZone()}
          </span>
        </div>
        <div className="figures-row card padded">
          <Figure label="Messages stored" value={store ? formatCount(store.messages) : '–'} />
          <Figure label="Calls" value={store ? formatCount(store.calls) : '–'} />
          <Figure label="On disk" value={store ? formatBytes(store.bytes) : '–'} />
          <Figure label="Oldest" value={store?.oldestUs ? localText(store.oldestUs, localZone()).slice(0, 16) : '–'} />
          <Figure label="Newest" value={store?.newestUs ? localText(store.newestUs, localZone()).slice(0, 19) : '–'} />
          <Figure
            label="Disk free"
            value={formatBytes(disk.freeBytes)}
            note={`of ${formatBytes(disk.totalBytes)}`}
            alarm={disk.totalBytes > 0 && disk.freeBytes / disk.totalBytes < 0.05}
          />
          <Figure
            label="Engine"
            value={engine.state}
            note={`${engine.restarts} restart${engine.restarts === 1 ? '' : 's'}`}
            alarm={engine.state !== 'running'}
          />
          <Figure
            label="Spool"
            value={`${formatCount(spool.batches)} batches`}
            note={`${formatBytes(spool.bytes)} of ${formatBytes(spool.limitBytes)}`}
            alarm={spool.droppedMessages > 0}
          />
          <Figure label="Spool dropped" value={formatCount(spool.droppedMessages)} alarm={spool.droppedMessages > 0} />
        </div>
        {engine.lastError && <p className="muted">Last error of the engine: {engine.lastError}</p>}
        <Section title="Receivers">
          <Receivers health={health} />
          <p className="muted">
            Received = stored + duplicates + refused + undecodable + dropped + pending, since start.
          </p>
        </Section>
        <Section title="Agents">
          <Agents health={health} />
        </Section>
      </div>
    </main>
  );
}
