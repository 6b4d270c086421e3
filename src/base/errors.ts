// One typed error for everything a person can get wrong: which file, which row, which field, what was expected,
// what was found, what to do about it. It crosses worker boundaries as plain data (toData / fromData).

/** Every kind of failure that a caller may want to tell apart; the sentence for people is the error's message. */
export type ErrorCode =
  | 'file-empty'
  | 'file-kind-unknown'
  | 'file-missing'
  | 'file-truncated'
  | 'mrc-header'
  | 'mrc-mode'
  | 'box-not-square'
  | 'box-odd'
  | 'star-syntax'
  | 'star-image-missing'
  | 'cs-syntax'
  | 'npy-syntax'
  | 'pickle-syntax'
  | 'pickle-forbidden'
  | 'checkpoint-syntax'
  | 'yaml-syntax'
  | 'csv-syntax'
  | 'atoms-syntax'
  /** A field of a kind that this version, or this engine, does not know. */
  | 'field-kind-unknown'
  | 'count-mismatch'
  | 'poses-missing'
  | 'ctf-missing'
  | 'pixel-size-unknown'
  | 'pixels-not-finite'
  | 'index-out-of-range'
  | 'value-out-of-range'
  /** Two readings are possible and nothing tells which holds. */
  | 'ambiguous'
  | 'usage'
  | 'diverged'
  | 'precision-too-low'
  | 'device-lost'
  | 'out-of-memory'
  | 'storage'
  /** What is kept was written by a newer version, or is not what this one writes. */
  | 'record-newer'
  | 'record-damaged'
  | 'cancelled'
  /** A map that is kept no longer and cannot be decoded again. */
  | 'map-gone';

/** What a person needs to put it right: which file, row or field, what was expected and found, what to do. */
export interface ErrorDetail {
  /** File name as the person knows it. */
  file?: string;
  /** Row (particle, line) counted from 1, as the person would count. */
  row?: number;
  /** Column, header field or parameter. */
  field?: string;
  expected?: string;
  found?: string;
  /** What to do next, one sentence in the imperative. */
  advice?: string;
  /** Of a model that a device cannot hold: the largest usual box at this width, and width at this box, that it can. */
  instead?: { boxPixels?: number; width?: number };
}

/** An error as plain data, for the way from a worker to the page. */
export interface ErrorData extends ErrorDetail {
  name: 'VitrineError';
  code: ErrorCode;
  message: string;
}

/** The one typed error of all rooms: bad input, missing memory, a lost device, a cancellation. */
export class VitrineError extends Error {
  override readonly name = 'VitrineError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly detail: ErrorDetail = {},
  ) {
    super(message);
  }

  /** Plain data that `fromData` makes the same error of on the other side of a worker's boundary. */
  toData(): ErrorData {
    return { name: 'VitrineError', code: this.code, message: this.message, ...this.detail };
  }

  /** The error that `toData` was asked of. */
  static fromData(data: ErrorData): VitrineError {
    const { name: _name, code, message, ...detail } = data;
    return new VitrineError(code, message, detail);
  }

  /** Every part in one paragraph, for a terminal or a log. */
  describe(): string {
    const { file, row, field, expected, found, advice } = this.detail;
    const where = [file, row === undefined ? undefined : `row ${row}`, field].filter(Boolean).join(', ');
    const lines = [where ? `${where}: ${this.message}` : this.message];
    if (expected !== undefined) lines.push(`expected ${expected}${found === undefined ? '' : `, found ${found}`}`);
    else if (found !== undefined) lines.push(`found ${found}`);
    if (advice !== undefined) lines.push(advice);
    return lines.join('\n  ');
  }
}

/** Something worth knowing that does not stop the work: shown beside the data, kept in `warnings`. */
export interface Notice extends ErrorDetail {
  code: string;
  message: string;
}

/** Throws the 'cancelled' error when the signal was aborted. */
export function throwIfCancelled(signal?: AbortSignal): void {
  if (signal?.aborted) throw new VitrineError('cancelled', 'Cancelled.');
}
