// Values of one line of a STAR file, as spans of its bytes.

const isSpace = (code: number) => code === 32 || code === 9 || code === 13;

/** A value, quotes excluded; `next` is where the line goes on. */
export interface Token {
  start: number;
  end: number;
  next: number;
}

/** The next value at or after `at`; null where the line has no more, or only a comment. */
export function nextToken(bytes: Uint8Array, at: number, end: number): Token | null {
  while (at < end && isSpace(bytes[at])) at++;
  if (at >= end || bytes[at] === 35) return null;
  const quote = bytes[at] === 34 || bytes[at] === 39 ? bytes[at] : 0;
  if (quote) {
    let close = at + 1;
    while (close < end && !(bytes[close] === quote && (close + 1 === end || isSpace(bytes[close + 1])))) close++;
    if (close < end) return { start: at + 1, end: close, next: close + 1 };
  }
  let stop = at;
  while (stop < end && !isSpace(bytes[stop])) stop++;
  return { start: at, end: stop, next: stop };
}

export function countTokens(bytes: Uint8Array, at: number, end: number): number {
  let count = 0;
  for (let token = nextToken(bytes, at, end); token; token = nextToken(bytes, token.next, end)) count++;
  return count;
}

/** Place of a `#` that begins the line and touches what follows; -1 where there is none. */
export function touchingComment(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && isSpace(bytes[at])) at++;
  return at + 1 < end && bytes[at] === 35 && bytes[at + 1] !== 35 && !isSpace(bytes[at + 1]) ? at : -1;
}

export const isBlank = (bytes: Uint8Array, at: number, end: number): boolean => {
  while (at < end && isSpace(bytes[at])) at++;
  return at >= end;
};
