import type { HealthReport } from '@calliope/model';
import { healthAlerts } from '../view/health-alerts.ts';

/** Problems and losses, with figures, above every page for as long as they last: it cannot be closed, because the figures below are wrong. */
export function HealthAlerts({ health, unreachable }: { health: HealthReport | undefined; unreachable: boolean }) {
  const alerts = health ? healthAlerts(health) : [];
  if (unreachable) {
    alerts.unshift({
      kind: 'problem',
      text: 'The server does not answer; what is shown may be old. Trying again every 5 s.',
    });
  }
  if (alerts.length === 0) return null;
  return (
    <section className="alerts" aria-label="Problems" aria-live="polite">
      <ul>
        {alerts.map((alert) => (
          <li key={alert.text}>
            <span className={`kind ${alert.kind}`}>{alert.kind === 'loss' ? '▲ Loss' : '● Problem'}</span>
            <span>{alert.text}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
