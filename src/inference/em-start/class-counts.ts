// Which classes of a start are full and which are not, from the batches as they pass.

export class ClassCounts {
  private readonly counts: number[];
  /** The class that began anew last, which has had no time to fill. */
  private newest = -1;

  constructor(classes: number) {
    this.counts = new Array<number>(classes).fill(0);
  }

  /** `bestRotation`: numbers v·R + r of a batch's poses, R = `perVolume`. */
  add(bestRotation: Uint32Array, perVolume: number): void {
    for (const row of bestRotation) this.counts[Math.floor(row / perVolume)]++;
  }

  /** The smallest class, which is to begin anew beside (`to`) the largest; counts begin again. */
  regrouped(): { from: number; to: number } {
    const { counts } = this;
    const old = [...counts.keys()].filter((c) => c !== this.newest || counts.length === 1);
    const from = old.reduce((a, b) => (counts[b] < counts[a] ? b : a));
    const to = counts.indexOf(Math.max(...counts));
    counts.fill(0);
    this.newest = from;
    return { from, to };
  }
}
