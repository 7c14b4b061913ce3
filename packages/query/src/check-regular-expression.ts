/** What is wrong with an expression, and where in it (UTF-16 offset and length). */
export interface RegularExpressionFault {
  message: string;
  position: number;
  length: number;
}

export type RegularExpressionCheck = { source: string; ignoreCase: boolean } | RegularExpressionFault;

/** RE2's bound of a repetition, also of repetitions inside each other (`kMaxRepeat`). */
const MAX_REPEAT = 1000;
const MAX_DEPTH = 100;

/** Escapes that RE2 (its syntax page) and JavaScript without the `u` flag read alike; punctuation may always be escaped. */
const ESCAPE = /\\(?:[dDwWsSbBtnrfv]|x[0-9a-fA-F]{2}|[^A-Za-z0-9\s])/y;
const REPEAT = /\{(\d+)(?:,(\d*))?\}/y;

interface Frame {
  /** Greatest product of repetitions seen inside. */
  repeat: number;
}

/**
 * Accepts what RE2 and JavaScript both take and read alike: no look-around, backreferences, named groups, flags (but for `(?i)` at the start,
 * which becomes `ignoreCase`), POSIX or Unicode classes, or repetitions past 1,000. Everything else is a fault with its position.
 */
export function checkRegularExpression(text: string): RegularExpressionCheck {
  const ignoreCase = text.startsWith('(?i)');
  const skipped = ignoreCase ? 4 : 0;
  const source = text.slice(skipped);
  const fault = scan(source) ?? compileFault(source);
  return fault ? { ...fault, position: fault.position + skipped } : { source, ignoreCase };
}

export function isFault(check: RegularExpressionCheck): check is RegularExpressionFault {
  return 'message' in check;
}

function compileFault(source: string): RegularExpressionFault | undefined {
  try {
    new RegExp(source);
    return undefined;
  } catch (error) {
    // The engine's text is "Invalid regular expression: /source/: reason"; only the reason is of use.
    const reason = (error as Error).message.split(': ').at(-1) ?? '';
    return { message: `Not a regular expression: ${reason}`, position: 0, length: source.length };
  }
}

function scan(source: string): RegularExpressionFault | undefined {
  const frames: Frame[] = [{ repeat: 1 }];
  let atom = 1;
  for (let i = 0; i < source.length; ) {
    const character = source[i]!;
    if (character === '\\') {
      const length = escapeLength(source, i);
      if (typeof length !== 'number') return length;
      i += length;
      atom = 1;
    } else if (character === '[') {
      const length = classLength(source, i);
      if (typeof length !== 'number') return length;
      i += length;
      atom = 1;
    } else if (character === '(') {
      if (source[i + 1] === '?' && source[i + 2] !== ':') return groupFault(source, i);
      if (frames.length > MAX_DEPTH)
        return { message: `Groups are more than ${MAX_DEPTH} deep`, position: i, length: 1 };
      frames.push({ repeat: 1 });
      i += source[i + 1] === '?' ? 3 : 1;
    } else if (character === ')') {
      if (frames.length === 1) return { message: 'This ) closes no (', position: i, length: 1 };
      atom = frames.pop()!.repeat;
      i++;
    } else if (character === '{') {
      REPEAT.lastIndex = i;
      const repeat = REPEAT.exec(source);
      const most = repeat ? Math.max(Number(repeat[1]), Number(repeat[2] || 0), 1) : 1;
      const length = repeat?.[0].length ?? 1;
      if (most * atom > MAX_REPEAT) return { message: `More than ${MAX_REPEAT} repetitions`, position: i, length };
      atom = repeat ? most * atom : 1;
      i += length;
    } else {
      if (!'*+?'.includes(character)) atom = 1;
      i++;
    }
    const frame = frames.at(-1)!;
    frame.repeat = Math.max(frame.repeat, atom);
  }
  return undefined;
}

function escapeLength(source: string, at: number): number | RegularExpressionFault {
  ESCAPE.lastIndex = at;
  const found = ESCAPE.exec(source)?.[0];
  if (found !== undefined) return found.length;
  const next = source[at + 1];
  const fault = (message: string): RegularExpressionFault => ({
    message,
    position: at,
    length: next === undefined ? 1 : 2,
  });
  if (next === undefined) return fault('A backslash at the end escapes nothing');
  if (/[0-9k]/.test(next)) return fault('Backreferences are not supported');
  if (next === 'p' || next === 'P') return fault('Unicode classes are not supported');
  return fault(`The escape \\${next} is not supported`);
}

function groupFault(source: string, at: number): RegularExpressionFault {
  const opener = /^\(\?(?:<?[=!]|P?<|[a-zA-Z-]*:?|.)?/.exec(source.slice(at, at + 12))?.[0] ?? '(?';
  const fault = (message: string) => ({ message, position: at, length: opener.length });
  if (/^\(\?<?[=!]$/.test(opener)) return fault('Look-ahead and look-behind are not supported');
  if (/^\(\?P?<$/.test(opener)) return fault('Named groups are not supported; use (…)');
  if (/^\(\?[a-zA-Z-]+:?$/.test(opener)) return fault('Flags are not supported here; only (?i) at the very start');
  return fault('This kind of group is not supported');
}

function classLength(source: string, at: number): number | RegularExpressionFault {
  let i = at + 1;
  if (source[i] === '^') i++;
  if (source[i] === ']')
    return { message: 'An empty class; escape ] as \\] to mean the bracket', position: at, length: i + 1 - at };
  let afterSet = false;
  while (i < source.length && source[i] !== ']') {
    if (source[i] === '[' && /[:.=]/.test(source[i + 1] ?? '')) {
      return { message: 'POSIX classes are not supported', position: i, length: 2 };
    }
    if (source[i] === '\\') {
      if (/[bB]/.test(source[i + 1] ?? ''))
        return { message: 'A word boundary has no meaning in a class', position: i, length: 2 };
      const length = escapeLength(source, i);
      if (typeof length !== 'number') return length;
      const isSet = /[dDwWsS]/.test(source[i + 1]!);
      if (isSet && source[i - 1] === '-' && i - 1 > at + 1 && source[i - 2] !== '[' && source[i - 2] !== '^') {
        return { message: 'A range cannot end in a set of characters', position: i - 1, length: 3 };
      }
      afterSet = isSet;
      i += length;
      continue;
    }
    if (afterSet && source[i] === '-' && source[i + 1] !== ']') {
      return { message: 'A range cannot begin with a set of characters', position: i, length: 1 };
    }
    afterSet = false;
    i++;
  }
  if (i >= source.length) return { message: 'This class is not closed', position: at, length: source.length - at };
  return i + 1 - at;
}
