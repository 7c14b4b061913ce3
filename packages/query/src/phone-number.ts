import type { Filter, TextColumn } from '@calliope/model';
import { allOf, anyOf, textFilter } from './filter-builders.ts';
import { type NumberingPlan, numberingPlan } from './numbering-plan.ts';

/** Which stored users a number typed by a person means: what they end with, and (anchored) what they look like in whole. */
interface SubscriberForms {
  suffix: string;
  source: string;
}

/** From this many digits on, a number without a prefix is taken for an international one that lost its +. */
const INTERNATIONAL_DIGITS = 8;
/** Fewer digits than this with a single 0 first are as likely the end of a number as a whole one. */
const WHOLE_DIGITS = 7;

/** True for a telephone number as people write it: digits with an optional + first, and white space, `-`, `.`, `/`, `(`, `)` between. */
export function isPhoneNumber(text: string): boolean {
  return /^\+?[\d\s.\-()/]+$/.test(text) && /\d/.test(text);
}

/** The number without separators, and without the `(0)` of `+49 (0)30 …`. */
export function stripSeparators(text: string): string {
  const international = /^\s*(?:\+|00)/.test(text);
  return (international ? text.replace('(0)', '') : text).replace(/[\s.\-()/]/g, '');
}

function internationalPrefixes(plan: NumberingPlan | undefined): readonly string[] {
  return ['+', ...(plan?.internationalPrefixes ?? ['00'])];
}

/** An expression of what may stand before a country code, nothing included. */
function prefixSource(plan: NumberingPlan | undefined): string {
  return `(?:${internationalPrefixes(plan).join('|').replace('+', '\\+')})?`;
}

/** Digits after `+` or an international prefix; undefined for other numbers. */
function internationalDigits(number: string, plan: NumberingPlan | undefined): string | undefined {
  const prefix = internationalPrefixes(plan).find((one) => number.startsWith(one));
  return prefix !== undefined && number.length > prefix.length ? number.slice(prefix.length) : undefined;
}

/** The national significant number of a number with the plan's trunk prefix; undefined for other numbers. */
function nationalDigits(number: string, plan: NumberingPlan | undefined, atLeast: number): string | undefined {
  const trunkPrefix = plan?.trunkPrefix ?? '0';
  if (number.length < atLeast) return undefined;
  if (trunkPrefix === '0') return /^0[1-9]/.test(number) ? number.slice(1) : undefined;
  if (trunkPrefix === '') return /^0\d/.test(number) ? number : undefined;
  return number.startsWith(trunkPrefix) && number.length > trunkPrefix.length
    ? number.slice(trunkPrefix.length)
    : undefined;
}

/** National significant numbers for a country code of 1, 2 and 3 digits. None begins with 0: `00…` would be an international number. */
function possibleSplits(digits: string, atLeast: number): string[] {
  return [1, 2, 3]
    .map((length) => digits.slice(length))
    .filter((rest) => rest.length >= atLeast && !rest.startsWith('0'));
}

/** All ways in which a whole number may be stored; undefined for an extension or another number without any prefix. */
function subscriberForms(number: string, plan: NumberingPlan | undefined): SubscriberForms | undefined {
  const prefix = prefixSource(plan);
  const international = internationalDigits(number, plan);
  if (plan) return formsInCountry(number, international, plan);
  if (international !== undefined) {
    const splits = possibleSplits(international, 3);
    // The shortest national part is what all forms end with.
    const suffix = splits.at(-1) ?? international;
    const before = [international, ...splits].map((whole) => whole.slice(0, whole.length - suffix.length));
    const alternatives = before.map((digits, index) => (index === 0 ? prefix : '0') + digits);
    return { suffix, source: `^(?:${alternatives.join('|')})${suffix}$` };
  }
  const national = nationalDigits(number, plan, 2);
  if (national !== undefined) return { suffix: national, source: `^(?:0|${prefix}[1-9]\\d{0,2})${national}$` };
  return number.length >= INTERNATIONAL_DIGITS ? { suffix: number, source: `^${prefix}${number}$` } : undefined;
}

function formsInCountry(
  number: string,
  international: string | undefined,
  plan: NumberingPlan,
): SubscriberForms | undefined {
  const { countryCode, trunkPrefix } = plan;
  const prefix = prefixSource(plan);
  const ofCountry = (significant: string): SubscriberForms => ({
    suffix: significant,
    source: `^(?:${prefix}${countryCode}|${trunkPrefix})${significant}$`,
  });
  // A trunk prefix other than 0 could be the first digit of an extension, so such a number must be long.
  const national = nationalDigits(number, plan, trunkPrefix === '0' || trunkPrefix === '' ? 2 : INTERNATIONAL_DIGITS);
  if (international === undefined && national !== undefined) return ofCountry(national);
  if (international === undefined && (number.length < INTERNATIONAL_DIGITS || number.startsWith('0'))) return undefined;
  const digits = international ?? number;
  const significant = digits.startsWith(countryCode) ? digits.slice(countryCode.length) : '';
  if (significant.length >= (international === undefined ? WHOLE_DIGITS : 1)) return ofCountry(significant);
  const code = international === undefined && trunkPrefix === '' ? `(?:${countryCode})?` : '';
  return { suffix: digits, source: `^${prefix}${code}${digits}$` };
}

export interface NumberOptions {
  /** Digits of the country whose national numbers are dialled with its trunk prefix here, e.g. `49`. */
  countryCode?: string | undefined;
}

export type ColumnFilter = (column: TextColumn) => Filter;

function planOf(options: NumberOptions): NumberingPlan | undefined {
  return options.countryCode === undefined ? undefined : numberingPlan(options.countryCode);
}

/**
 * The user is the number, in any of its forms; a number without a prefix and shorter than 8 digits is an extension, and just that. What all
 * forms end with is a filter of its own, so that a store can prune by its index of reversed numbers.
 */
export function wholeNumber(typed: string, options: NumberOptions): ColumnFilter {
  const number = stripSeparators(typed);
  const forms = subscriberForms(number, planOf(options));
  if (!forms) return (column) => textFilter(column, 'equals', [...new Set([number, typed])]);
  return (column) =>
    allOf([textFilter(column, 'endsWith', [forms.suffix]), textFilter(column, 'matches', [forms.source])]);
}

/**
 * The user ends with the number (`*4321`). After `+` it is the whole subscriber; after a 0 it is either, since the last digits of a number
 * may well begin with 0.
 */
export function numberEndingWith(typed: string, options: NumberOptions): ColumnFilter {
  const number = stripSeparators(typed);
  if (number.startsWith('+')) return wholeNumber(number, options);
  return (column) => {
    const suffix = textFilter(column, 'endsWith', [number]);
    return number.startsWith('0') ? anyOf([wholeNumber(number, options)(column), suffix]) : suffix;
  };
}

/** A number pasted without a field: with a prefix the whole subscriber (with a single 0: from 7 digits on), else the end of it. */
export function pastedNumber(typed: string, options: NumberOptions): ColumnFilter {
  const number = stripSeparators(typed);
  const isWhole = number.startsWith('00') || (number.startsWith('0') && number.length >= WHOLE_DIGITS);
  return isWhole ? wholeNumber(number, options) : numberEndingWith(number, options);
}

/** The user begins with the number (`0301*`, `+4930*`), prefixes taken for one another where the number has one. */
export function numberStartingWith(typed: string, options: NumberOptions): ColumnFilter {
  const number = stripSeparators(typed);
  const alternatives = startSources(number, planOf(options));
  if (alternatives.length === 0) return (column) => textFilter(column, 'startsWith', [number]);
  return (column) => textFilter(column, 'matches', [`^(?:${alternatives.join('|')})`]);
}

function startSources(number: string, plan: NumberingPlan | undefined): string[] {
  const prefix = prefixSource(plan);
  const digits = internationalDigits(number, plan);
  if (digits === undefined) {
    const national = nationalDigits(number, plan, 2);
    if (national === undefined) return [];
    return [`${prefix}${plan?.countryCode ?? '[1-9]\\d{0,2}'}${national}`, `${plan?.trunkPrefix ?? '0'}${national}`];
  }
  // One digit after a guessed country code says too little: `+49*` is not meant to find 09….
  if (!plan) return [prefix + digits, ...possibleSplits(digits, 2).map((split) => `0${split}`)];
  if (!digits.startsWith(plan.countryCode)) return [prefix + digits];
  const significant = digits.slice(plan.countryCode.length);
  if (significant !== '') return [prefix + digits, plan.trunkPrefix + significant];
  // The whole country: every national number, but none that is international.
  return plan.trunkPrefix === '0' ? [prefix + digits, '0[1-9]'] : [prefix + digits];
}

/** The user has these digits somewhere. */
export function numberContaining(typed: string): ColumnFilter {
  return (column) => textFilter(column, 'contains', [stripSeparators(typed)]);
}
