// How fast a device is, and submissions that follow from it: a page's frames come between two submissions, drivers end what
// takes seconds (2 s on Windows), so a program is cut where the planned seconds of its dispatches pass a budget. The rates
// begin low, are set by tuning, and rise and fall with what submissions take. They decide when work is sent, never what comes
// out; how rows are cut, which does change the last bits, follows the kept tuning (model/budget.ts).

/** Of a dispatch, a program or a while: floating-point operations, and bytes that cross the memory's bus. */
export interface Work {
  flops: number;
  bytes: number;
}

/** Planned seconds of a submission at most, and what a single dispatch is made for. */
export const SUBMISSION_SECONDS = 0.012;
/** A CPU that plays the adapter holds up no compositor and has no watchdog: each submission costs it two changes of threads. */
const SOFTWARE_SECONDS = 0.1;

/** Before anything was measured: a weak chip of a thin laptop; a CPU. */
export const ASSUMED: Work = { flops: 2e11, bytes: 1e10 };
/** Rates assumed of an adapter in software until it was timed. */
export const ASSUMED_SOFTWARE: Work = { flops: 5e9, bytes: 2e9 };
/** Planned seconds that say something about the rates: less is lost in how long an answer takes. */
const TELLING_SECONDS = 0.002;
/** Seconds of work that observations are averaged over. */
const HORIZON_SECONDS = 0.2;
/** What one observation counts for at most: a laptop that slept is not a slow one. */
const LONGEST_SECONDS = 0.1;
/**
 * Operations and bytes of one dispatch at most where it can be cut without another result: on the slowest chip that is planned
 * for they are a submission.
 */
export const DISPATCH_FLOPS = SUBMISSION_SECONDS * ASSUMED.flops;
/** Most bytes of a dispatch that moves bytes alone: 12 ms at 10 GB/s. */
export const DISPATCH_BYTES = SUBMISSION_SECONDS * ASSUMED.bytes;
/** How far from what was measured or assumed the rates go. */
const RANGE = 1000;

/** How many operations and bytes a second the device does, as far as is known; plans submissions by it. */
export class Pace {
  /** Seconds that work would have taken by `rates`, and what it took: sums that fade. */
  private planned = HORIZON_SECONDS;
  private taken = HORIZON_SECONDS;

  /** Operations and bytes a second, measured or assumed. */
  constructor(
    private rates: Work,
    /** Planned seconds of a submission at most. */
    private readonly submissionSeconds = SUBMISSION_SECONDS,
  ) {}

  /** Rates of a weak device of its kind, before anything was timed. */
  static assumed(software: boolean): Pace {
    return software ? new Pace(ASSUMED_SOFTWARE, SOFTWARE_SECONDS) : new Pace(ASSUMED);
  }

  /** What was measured of the device: the observations before are forgotten. */
  set(rates: Work): void {
    this.rates = rates;
    this.planned = this.taken = HORIZON_SECONDS;
  }

  /** Today's speed over that of `rates`. */
  private get factor(): number {
    return Math.min(RANGE, Math.max(1 / RANGE, this.planned / this.taken));
  }

  /** Operations a second. */
  get flopsPerSecond(): number {
    return this.factor * this.rates.flops;
  }

  /** Bytes a second. */
  get bytesPerSecond(): number {
    return this.factor * this.rates.bytes;
  }

  /** Planned seconds of one dispatch: the longer of its operations and its bytes. */
  secondsOf(work: Work): number {
    return this.referenceSeconds(work) / this.factor;
  }

  private referenceSeconds({ flops, bytes }: Work): number {
    return Math.max(flops / this.rates.flops, bytes / this.rates.bytes);
  }

  /**
   * `seconds` is what the device took for a submission that was planned to take `planned`. Several that come back at once, the
   * page having been busy, count together: sums of both are compared.
   */
  learn(planned: number, seconds: number): void {
    if (planned < TELLING_SECONDS || !(seconds >= 0)) return;
    const taken = Math.min(seconds, LONGEST_SECONDS);
    const fading = Math.exp(-taken / HORIZON_SECONDS);
    const { factor } = this;
    this.planned = fading * this.planned + planned * factor;
    this.taken = fading * this.taken + taken;
  }

  /** Planned seconds of commands one after the other; a copy's bytes are read and written. */
  plannedSeconds(commands: readonly PacedCommand[]): number {
    return commands.reduce((sum, command) => sum + this.secondsOf(workOf(command)), 0);
  }

  /** `commands` in order, cut so that none is planned longer than the budget unless one command alone is. */
  submissionsOf<C extends PacedCommand>(commands: readonly C[]): C[][] {
    const parts: C[][] = [];
    let planned = Infinity;
    for (const command of commands) {
      const seconds = this.secondsOf(workOf(command));
      if (planned + seconds > this.submissionSeconds) {
        parts.push([]);
        planned = 0;
      }
      parts[parts.length - 1].push(command);
      planned += seconds;
    }
    return parts;
  }
}

/** A dispatch, or a copy of so many bytes. */
type PacedCommand = Work | { from: { size: number } };

function workOf(command: PacedCommand): Work {
  return 'flops' in command ? command : { flops: 0, bytes: 2 * command.from.size };
}
