import type { FacetsResponse } from '@calliope/model';
import { addTerm, type FacetColumn, term } from '../view/add-term.ts';
import { formatCount } from '../view/format-figures.ts';
import { messageColour, OUTCOME_STYLES } from '../view/outcome-style.ts';

export interface FacetListProps {
  columns: readonly FacetColumn[];
  answer: FacetsResponse | undefined;
  failed: string | undefined;
  query: string;
  onQuery: (query: string) => void;
}

/** Values of one facet that are shown before somebody asks for the others. */
const SHORT = 8;

function colourOfValue(field: string, value: string): string | undefined {
  if (field === 'outcome') {
    const style = OUTCOME_STYLES[value as keyof typeof OUTCOME_STYLES];
    return style && `var(${style.colour})`;
  }
  if (field === 'code' && value !== '0') return `var(${messageColour(Number(value))})`;
  return undefined;
}

function labelOfValue(field: string, value: string): string {
  if (value === '' || (field === 'code' && value === '0')) return field === 'code' ? 'no response' : '(none)';
  return field === 'outcome' ? (OUTCOME_STYLES[value as keyof typeof OUTCOME_STYLES]?.label ?? value) : value;
}

/** What the found calls or messages have in common, with counts. Click narrows the search to a value, Shift-click excludes it. */
export function FacetList({ columns, answer, failed, query, onQuery }: FacetListProps) {
  return (
    <aside className="facets" aria-label="Facets">
      {failed && <p className="muted padded">{failed}</p>}
      {columns.map((column) => {
        const values = answer?.facets[column.column] ?? [];
        if (values.length === 0) return null;
        const most = Math.max(...values.map((value) => value.count));
        const row = (value: (typeof values)[number]) => (
          <button
            type="button"
            key={value.value}
            className="facet"
            title={`${value.value}\nclick to narrow the search, Shift-click to exclude`}
            onClick={(event) => onQuery(addTerm(query, term(column.field, value.value, event.shiftKey)))}
          >
            <span
              className="bar"
              style={{ width: `${(100 * value.count) / most}%`, color: colourOfValue(column.field, value.value) }}
            />
            <span className="clip" style={{ color: colourOfValue(column.field, value.value) }}>
              {labelOfValue(column.field, value.value)}
            </span>
            <b>{formatCount(value.count)}</b>
          </button>
        );
        return (
          <section key={column.column}>
            <h3>{column.title}</h3>
            {values.slice(0, SHORT).map(row)}
            {values.length > SHORT && (
              <details>
                <summary className="facet muted">{values.length - SHORT} more</summary>
                {values.slice(SHORT).map(row)}
              </details>
            )}
          </section>
        );
      })}
      {answer && <p className="facet-hint muted">The 20 most frequent values of each. Shift-click excludes.</p>}
    </aside>
  );
}
