import type { FacetValue } from '@calliope/model';
import { RowReader } from './row-reader.ts';
import { integerLiteral, type Sql } from './sql-literal.ts';

export type FacetKind = 'text' | 'integer' | 'address';

/**
 * The most frequent values of `SELECT value …`: String, Float64 or IPv6. Texts that are '' and nulls are absent and not counted.
 * Ties in the values' own order: texts and addresses by bytes, numbers by size.
 */
export function selectFacet(kind: FacetKind, source: Sql, limit: number): Sql {
  const present = kind === 'text' ? "WHERE value != ''" : kind === 'integer' ? 'WHERE isNotNull(value)' : '';
  const value = kind === 'integer' ? 'assumeNotNull(value)' : 'value';
  return `SELECT ${value} AS present, count() AS matches FROM (${source}) ${present}
    GROUP BY present ORDER BY matches DESC, present ASC LIMIT ${integerLiteral(limit)}`;
}

export function readFacet(bytes: Buffer, kind: FacetKind): FacetValue[] {
  const values: FacetValue[] = [];
  const row = new RowReader(bytes);
  while (!row.done) {
    const value = kind === 'text' ? row.text() : kind === 'integer' ? String(row.f64()) : row.address();
    values.push({ value, count: row.integer() });
  }
  return values;
}
