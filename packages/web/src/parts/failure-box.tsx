import type { ApiFailure } from '../server/api-failure.ts';

const ADVICE: Record<string, string> = {
  query_timeout: 'Search a shorter time, or add a number, a Call-ID or an address: those are indexed.',
  query_memory: 'Search a shorter time, or narrow the expression.',
  store_unavailable: 'The database restarts by itself; capture goes on meanwhile. Try again in a few seconds.',
  unreachable: 'Nothing on this page was lost; it tries again by itself or by the button.',
  too_many_attempts: 'Wait a minute before the next attempt.',
};

/** What failed, and what to do. */
export function FailureBox({ failure, onRetry }: { failure: ApiFailure; onRetry?: () => void }) {
  const advice = ADVICE[failure.code];
  return (
    <div className="failure" role="alert">
      <p>
        <strong>{failure.message}</strong>
      </p>
      {advice && <p>{advice}</p>}
      <div className="inline">
        <span className="muted mono">{failure.code}</span>
        {onRetry && (
          <button type="button" className="button small" onClick={onRetry}>
            Try again
          </button>
        )}
      </div>
    </div>
  );
}
