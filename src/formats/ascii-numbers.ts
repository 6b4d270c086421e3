// Decimal numbers straight from ASCII bytes, exact to the double that JavaScript's Number() gives, without making a
// string for each of a table's millions of cells.
const POWERS_OF_TEN = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const latin1 = new TextDecoder('latin1');

/** Text of bytes[start, end): UTF-8, or Latin-1 where the bytes are no UTF-8. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) {
    if (bytes[i] > 127) return beyondAscii(bytes.subarray(start, end));
    text += String.fromCharCode(bytes[i]);
  }
  return text;
}

function beyondAscii(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return latin1.decode(bytes);
  }
}

/** The number written in bytes[start, end); NaN where it is none. */
export function parseNumber(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  let negative = false;
  if (bytes[at] === 45 || bytes[at] === 43) negative = bytes[at++] === 45;
  let mantissa = 0;
  let digits = 0;
  let decimals = 0;
  let afterPoint = false;
  for (; at < end; at++) {
    const code = bytes[at];
    if (code >= 48 && code <= 57) {
      mantissa = mantissa * 10 + (code - 48);
      digits++;
      if (afterPoint) decimals++;
    } else if (code === 46 && !afterPoint) afterPoint = true;
    else break;
  }
  // Both factors are exact doubles, so one division rounds correctly; anything longer or with an exponent goes by text.
  if (at === end && digits > 0 && digits <= 15 && decimals <= 22) {
    const value = mantissa / POWERS_OF_TEN[decimals];
    return negative ? -value : value;
  }
  const text = textOf(bytes, start, end);
  return text.trim() === '' ? NaN : Number(text);
}
