// The last few programs that were recorded, each with the buffers that are its own.
import type { Arena } from '../gpu/arena.ts';

export class ProgramShelf<T> {
  private readonly kept = new Map<string, { arena: Arena; made: T }>();

  constructor(private readonly most: number) {}

  /** The program of this name; made where it is not there, and the one longest unused is given up for it. */
  async get(name: string, make: () => Promise<{ arena: Arena; made: T }>): Promise<T> {
    const found = this.kept.get(name) ?? (await make());
    this.kept.delete(name);
    this.kept.set(name, found);
    if (this.kept.size > this.most) {
      const [oldest] = this.kept.keys();
      this.kept.get(oldest)?.arena.destroy();
      this.kept.delete(oldest);
    }
    return found.made;
  }

  get bytes(): number {
    return [...this.kept.values()].reduce((sum, { arena }) => sum + arena.bytes, 0);
  }

  clear(): void {
    for (const { arena } of this.kept.values()) arena.destroy();
    this.kept.clear();
  }
}
