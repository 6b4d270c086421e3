// The last few programs that were recorded, each with the buffers that are its own.
import type { Arena } from '../gpu/arena.ts';

/** Recorded programs by name, least recently used given up first. */
export class ProgramCache<T> {
  private readonly kept = new Map<string, { arena: Arena; made: T }>();

  /** `onDrop`: gives back what a program holds beside its arena. */
  constructor(
    private readonly most: number,
    private readonly onDrop: (made: T) => void = () => undefined,
  ) {}

  /** The program of this name; made where it is not there, and the one longest unused is given up for it. */
  async get(name: string, make: () => Promise<{ arena: Arena; made: T }>): Promise<T> {
    const found = this.kept.get(name) ?? (await make());
    this.kept.delete(name);
    this.kept.set(name, found);
    if (this.kept.size > this.most) {
      const [oldest] = this.kept.keys();
      this.drop(oldest);
    }
    return found.made;
  }

  /** Bytes of all programs' arenas. */
  get bytes(): number {
    return [...this.kept.values()].reduce((sum, { arena }) => sum + arena.bytes, 0);
  }

  /** Gives all programs up. */
  clear(): void {
    for (const name of [...this.kept.keys()]) this.drop(name);
  }

  private drop(name: string): void {
    const dropped = this.kept.get(name);
    this.kept.delete(name);
    dropped?.arena.destroy();
    if (dropped) this.onDrop(dropped.made);
  }
}
