import { highlightSip } from '@calliope/sip';
import { useMemo } from 'react';

/** A message as it was on the wire, with its parts in colours. The tokens cover the text without gaps, so nothing is lost. */
export function HighlightedSip({ text }: { text: string }) {
  const tokens = useMemo(() => highlightSip(text), [text]);
  return (
    <pre className="raw" data-testid="message-raw">
      {tokens.map((token) => {
        const piece = text.slice(token.start, token.end);
        if (token.kind === 'text' || token.kind === 'header-value' || token.kind === 'body') return piece;
        return (
          <span key={token.start} className={`hl-${token.kind}`}>
            {piece}
          </span>
        );
      })}
    </pre>
  );
}
