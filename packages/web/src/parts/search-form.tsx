import {
  type SearchForm as Form,
  formToQuery,
  METHODS,
  type NumberMode,
  queryToForm,
  type SearchFormField,
} from '@calliope/query';
import { type FormEvent, useEffect, useState } from 'react';
import { FORM_FIELDS, type FormField, NUMBER_MODE_LABELS } from '../view/form-fields.ts';
import type { SearchOf, SearchView } from '../view/search-view.ts';
import type { ChangeSearchView } from './use-search-view.ts';

const MODE_OF = { number: 'numberMode', aNumber: 'aNumberMode', bNumber: 'bNumberMode' } as const;
const TRANSPORTS = ['udp', 'tcp', 'tls', 'sctp', 'ws', 'wss'] as const;

interface FieldProps {
  spec: FormField;
  form: Form;
  onForm: (form: Form) => void;
}

/** A copy with one entry set, or taken out when it says nothing. */
function withEntry<K extends keyof Form>(form: Form, key: K, value: Form[K] | undefined): Form {
  const next = { ...form };
  if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) delete next[key];
  else next[key] = value;
  return next;
}

function Negation({ field, form, onForm }: { field: SearchFormField; form: Form; onForm: (form: Form) => void }) {
  const negated = form.not?.includes(field) ?? false;
  return (
    <button
      type="button"
      className="button small"
      aria-pressed={negated}
      title="Find what is not so"
      onClick={() => {
        const others = (form.not ?? []).filter((other) => other !== field);
        onForm(withEntry(form, 'not', negated ? others : [...others, field]));
      }}
    >
      not
    </button>
  );
}

function TextField({ spec, form, onForm }: FieldProps) {
  const mode = spec.field in MODE_OF ? MODE_OF[spec.field as keyof typeof MODE_OF] : undefined;
  const key = spec.field as Exclude<SearchFormField, 'methods' | 'transport' | 'ipVersion'>;
  return (
    <div className="form-field">
      <label htmlFor={`form-${key}`} className="label">
        {spec.label}
      </label>
      <span className="form-row">
        {mode && (
          <select
            className="field"
            style={{ width: 120 }}
            aria-label={`${spec.label}: how it is compared`}
            value={form[mode] ?? ''}
            onChange={(event) =>
              onForm(withEntry(form, mode, (event.target.value || undefined) as NumberMode | undefined))
            }
          >
            <option value="">by its form</option>
            {Object.entries(NUMBER_MODE_LABELS).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        )}
        <input
          id={`form-${key}`}
          className="field mono"
          placeholder={spec.example}
          spellCheck={false}
          autoComplete="off"
          value={form[key] ?? ''}
          onChange={(event) => onForm(withEntry(form, key, event.target.value))}
        />
        <Negation field={spec.field} form={form} onForm={onForm} />
      </span>
    </div>
  );
}

interface ChipsProps {
  label: string;
  field: 'methods' | 'transport';
  values: readonly string[];
  form: Form;
  onForm: (form: Form) => void;
}

function Chips({ label, field, values, form, onForm }: ChipsProps) {
  const chosen = form[field] ?? [];
  return (
    <fieldset className="form-chips">
      <legend className="label">{label}</legend>
      {[...new Set([...values, ...chosen])].map((value) => (
        <button
          type="button"
          key={value}
          className="button small"
          aria-pressed={chosen.includes(value)}
          onClick={() =>
            onForm(
              withEntry(
                form,
                field,
                chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value],
              ),
            )
          }
        >
          {value}
        </button>
      ))}
      <Negation field={field} form={form} onForm={onForm} />
    </fieldset>
  );
}

/** The expression as a form; both edit the same text. An expression that no form can show is said to be one, and kept. */
export function SearchForm({ of, view, change }: { of: SearchOf; view: SearchView; change: ChangeSearchView }) {
  const read = queryToForm(view.query);
  const [form, setForm] = useState<Form>('form' in read ? read.form : {});
  useEffect(() => {
    const again = queryToForm(view.query);
    if ('form' in again) setForm(again.form);
  }, [view.query]);
  const advanced = view.form === 'advanced';
  const query = formToQuery(form);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change({ query, messageId: '' });
  };
  return (
    <form className="drawer stack" onSubmit={submit} aria-label="Search form">
      {'reason' in read && (
        <p role="status">
          The expression is more than the form can show ({read.reason}). Searching with the form replaces it.
        </p>
      )}
      <div className="drawer-grid">
        {FORM_FIELDS.filter((spec) => advanced || spec.simple).map((spec) => (
          <TextField key={spec.field} spec={spec} form={form} onForm={setForm} />
        ))}
      </div>
      {advanced && (
        <div className="inline form-groups">
          <Chips label="Method" field="methods" values={METHODS} form={form} onForm={setForm} />
          <Chips label="Protocol" field="transport" values={TRANSPORTS} form={form} onForm={setForm} />
          <label className="inline">
            <span className="label">IP version</span>
            <select
              className="field"
              style={{ width: 80 }}
              value={form.ipVersion ?? ''}
              onChange={(event) => setForm(withEntry(form, 'ipVersion', event.target.value as '4' | '6' | ''))}
            >
              <option value="">any</option>
              <option value="4">4</option>
              <option value="6">6</option>
            </select>
          </label>
        </div>
      )}
      <div className="inline">
        <button type="submit" className="button primary">
          Search {of}
        </button>
        <button type="button" className="button" onClick={() => setForm({})}>
          Empty the form
        </button>
        <button
          type="button"
          className="button quiet"
          onClick={() => change({ form: advanced ? 'simple' : 'advanced' }, { replace: true })}
        >
          {advanced ? 'Fewer fields' : 'All fields'}
        </button>
        <code className="clip form-query" title={query}>
          {query || 'everything'}
        </code>
        <span className="muted">Date and time are in the range above; or and brackets are written in the bar.</span>
      </div>
    </form>
  );
}
