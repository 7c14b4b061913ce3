// biome-ignore-all lint/a11y/noNoninteractiveElementToInteractiveRole: the list of a combobox, as WAI-ARIA describes it
import { type Suggestion, suggest } from '@calliope/query';
import { type FormEvent, type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { ApiFailure } from '../server/api-failure.ts';
import { type ExpressionTrouble, expressionTrouble, underlined } from '../view/expression-check.ts';
import type { SearchOf } from '../view/search-view.ts';
import { Icon } from './icon.tsx';

const IDLE_MS = 700;
const SHOWN_SUGGESTIONS = 12;

export interface SearchBoxProps {
  of: SearchOf;
  query: string;
  zone: string;
  /** The server's word on the expression in the URL. */
  failure: ApiFailure | undefined;
  onQuery: (query: string) => void;
}

function troubleOfFailure(failure: ApiFailure | undefined): ExpressionTrouble | undefined {
  if (failure?.position === undefined) return undefined;
  return {
    message: failure.message,
    position: failure.position,
    length: failure.length ?? 1,
    expected: failure.expected,
  };
}

/** A number, a Call-ID, an address, or an expression, with suggestions at the caret and the place of a mistake underlined. */
export function SearchBox(props: SearchBoxProps) {
  const { of, query, zone } = props;
  const [draft, setDraft] = useState(query);
  const [trouble, setTrouble] = useState<ExpressionTrouble>();
  const [suggestions, setSuggestions] = useState<Suggestion[]>([]);
  const [at, setAt] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const wantedCaret = useRef(-1);
  const under = useRef<HTMLDivElement>(null);

  // The URL may change by a facet, the form or the browser's Back.
  useEffect(() => {
    setDraft(query);
    setTrouble(undefined);
  }, [query]);
  // While typing nothing is wrong yet; after a pause it is said.
  useEffect(() => {
    if (draft === query) return;
    setTrouble(undefined);
    const timer = setTimeout(() => setTrouble(expressionTrouble(draft, of, zone)), IDLE_MS);
    return () => clearTimeout(timer);
  }, [draft, query, of, zone]);

  const offer = () => {
    const element = input.current;
    if (!element) return;
    setSuggestions(
      suggest(element.value, element.selectionStart ?? element.value.length, of).slice(0, SHOWN_SUGGESTIONS),
    );
    setAt(-1);
  };
  // After an accepted suggestion: the caret behind it, and what can follow. Before the next key is handled, hence a layout effect.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text that was just drawn is what the caret is put into
  useLayoutEffect(() => {
    const caret = wantedCaret.current;
    if (caret < 0) return;
    wantedCaret.current = -1;
    input.current?.setSelectionRange(caret, caret);
    offer();
  }, [draft]);
  const close = () => {
    setSuggestions([]);
    setAt(-1);
  };
  const accept = (suggestion: Suggestion) => {
    const text = draft.slice(0, suggestion.start) + suggestion.insert + draft.slice(suggestion.end);
    setDraft(text);
    wantedCaret.current = suggestion.start + suggestion.insert.length;
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    close();
    const found = expressionTrouble(draft, of, zone);
    setTrouble(found);
    if (found) return;
    props.onQuery(draft.trim());
    input.current?.blur();
  };
  const keys = (event: KeyboardEvent) => {
    const open = suggestions.length > 0;
    if (event.key === 'ArrowDown') {
      if (open) setAt((at + 1) % suggestions.length);
      else offer();
    } else if (event.key === 'ArrowUp' && open) setAt(at <= 0 ? suggestions.length - 1 : at - 1);
    else if (event.key === 'Tab' && open && !event.shiftKey) accept(suggestions[Math.max(0, at)]!);
    else if (event.key === 'Enter' && open && at >= 0) accept(suggestions[at]!);
    else if (event.key === 'Escape') {
      if (open) close();
      else input.current?.blur();
    } else return;
    event.preventDefault();
  };
  const shown =
    (suggestions.length > 0 ? undefined : trouble) ?? (draft === query ? troubleOfFailure(props.failure) : undefined);
  // What can be typed as it stands; descriptions in words are in the message already.
  const possible = (shown?.expected ?? []).filter((one) => !one.includes(' '));
  const parts = shown && underlined(draft, shown);
  return (
    <form className="search-form" onSubmit={submit}>
      <div className={`search-box ${shown ? 'wrong' : ''}`}>
        <Icon name="search" />
        <span className="search-line">
          <div className="search-under" ref={under} aria-hidden="true">
            {parts && (
              <>
                {parts[0]}
                <mark>{parts[1]}</mark>
                {parts[2]}
              </>
            )}
          </div>
          <input
            ref={input}
            data-testid="search-input"
            value={draft}
            placeholder="a number, Call-ID, IP — or  status >= 500 and src in 10.30.0.0/24"
            aria-label="Search"
            role="combobox"
            aria-expanded={suggestions.length > 0}
            aria-controls="search-suggestions"
            aria-activedescendant={at >= 0 ? `suggestion-${at}` : undefined}
            aria-invalid={shown !== undefined}
            aria-describedby={shown ? 'search-trouble' : undefined}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            onChange={(event) => {
              setDraft(event.target.value);
              offer();
            }}
            onScroll={(event) => {
              if (under.current) under.current.scrollLeft = event.currentTarget.scrollLeft;
            }}
            onKeyDown={keys}
            onBlur={close}
          />
        </span>
        {draft !== '' && (
          <button
            type="button"
            className="button quiet small"
            aria-label="Clear the search"
            title="Clear"
            onClick={() => {
              setDraft('');
              props.onQuery('');
            }}
          >
            <Icon name="close" size={12} />
          </button>
        )}
        <button type="submit" className="button primary small" data-testid="search-submit">
          Search
        </button>
      </div>
      {suggestions.length > 0 && (
        <ul className="suggestions" id="search-suggestions" role="listbox" aria-label="Suggestions">
          {suggestions.map((suggestion, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the input's
            <li
              key={`${suggestion.kind} ${suggestion.label}`}
              id={`suggestion-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              // Before the input loses the focus and the list goes.
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => accept(suggestion)}
            >
              <b>{suggestion.label}</b>
              <span className="muted clip">{suggestion.description}</span>
            </li>
          ))}
          <li className="hint" aria-hidden="true">
            Tab takes the first, ↑↓ choose, Enter searches
          </li>
        </ul>
      )}
      {shown && (
        <p className="search-error" id="search-trouble" role="alert">
          {shown.message} <span className="muted">at character {shown.position + 1}</span>
          {possible.length > 0 && (
            <>
              {' '}
              — possible:{' '}
              {possible.slice(0, 8).map((one) => (
                <code key={one}>{one}</code>
              ))}
              {possible.length > 8 && ` and ${possible.length - 8} more`}
            </>
          )}
        </p>
      )}
    </form>
  );
}
