import { useMemo } from 'react';
import { sipSpans } from '../view/sip-spans.ts';

/** A message as it was on the wire, with its parts in colours. */
export function HighlightedSip({ text }: { text: string }) {
  const spans = useMemo(() => sipSpans(text), [text]);
  return (
    <pre className="raw" data-testid="message-raw">
      {spans.map((span, index) =>
        span.kind === 'text' ? (
          span.text
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a text that never changes
          <span key={index} className={`hl-${span.kind}`}>
            {span.text}
          </span>
        ),
      )}
    </pre>
  );
}
