// What a command says: progress on stderr (in place on a terminal, sparse otherwise), results on stdout, with --json one
// JSON object as the last line. Ctrl-C aborts the signal once, and ends at once the second time.
import { VitrineError } from '../src/base/errors.ts';

export interface Progress {
  fraction: number | null;
  message: string;
}

export interface Console {
  readonly signal: AbortSignal;
  progress(progress: Progress): void;
  /** A line for people on stdout; silent with --json. */
  say(line: string): void;
  warn(line: string): void;
  /** The result: the last line of stdout with --json, else nothing. */
  result(value: unknown): void;
}

/** Lines of progress in a log: at most one each this many seconds. */
const SPARSE_SECONDS = 10;

export function openConsole(json: boolean): Console & { close(): void } {
  const controller = new AbortController();
  const terminal = process.stderr.isTTY;
  let lineOpen = false;
  let lastPrinted = 0;
  let lastStage = '';
  const onInterrupt = (): void => {
    if (controller.signal.aborted) process.exit(130);
    endLine();
    process.stderr.write('Stopping after writing what was learned; press Ctrl-C again to end at once.\n');
    controller.abort();
  };
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);

  function endLine(): void {
    if (lineOpen) process.stderr.write('\n');
    lineOpen = false;
  }

  return {
    signal: controller.signal,
    progress({ fraction, message }) {
      const share = fraction === null ? '' : `${String(Math.floor(fraction * 100)).padStart(3)} % `;
      if (terminal) {
        process.stderr.write(`\r\u001b[K${`${share}${message}`.slice(0, (process.stderr.columns ?? 80) - 1)}`);
        lineOpen = true;
        return;
      }
      const now = performance.now() / 1000;
      const stage = message.replace(/[\d.,]+/g, '#');
      if (stage === lastStage && now - lastPrinted < SPARSE_SECONDS) return;
      lastStage = stage;
      lastPrinted = now;
      process.stderr.write(`${share}${message}\n`);
    },
    say(line) {
      endLine();
      if (!json) process.stdout.write(`${line}\n`);
    },
    warn(line) {
      endLine();
      process.stderr.write(`${line}\n`);
    },
    result(value) {
      endLine();
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
    },
    close() {
      endLine();
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onInterrupt);
    },
  };
}

/** 1 for bad input, 2 for bad usage, 130 for cancelled. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof VitrineError)) return 1;
  if (error.code === 'cancelled') return 130;
  return error.code === 'usage' || error.code === 'value-out-of-range' ? 2 : 1;
}
