// Which bindings of a kernel are read and which are written, by its text. WebGPU refuses a dispatch that has one buffer bound to
// be read and to be written, even in parts that do not meet; it says so when the dispatch is submitted, as a lost device.
// Here it is refused by name when it is recorded, on every adapter.
import type { BufferView } from './arena.ts';

type Access = 'read' | 'read_write' | 'uniform';

const BINDING = /@binding\(([^)]+)\)\s*var<(storage(?:,\s*(read_write|read))?|uniform)>/g;
const CONSTANT = /\bconst (\w+): u32 = (\d+)u;/g;

/** Access by number of binding; numbers may be sums and products of constants, `2 * COUNT + 1`. */
export function accessOf(source: string): ReadonlyMap<number, Access> {
  const constants = new Map([...source.matchAll(CONSTANT)].map(([, name, value]) => [name, Number(value)]));
  const number = (word: string): number => constants.get(word.trim()) ?? Number(word);
  const product = (words: string): number => words.split('*').reduce((all, word) => all * number(word), 1);
  const found = new Map<number, Access>();
  for (const [, words, space, access] of source.matchAll(BINDING)) {
    const binding = words.split('+').reduce((sum, part) => sum + product(part), 0);
    found.set(binding, space === 'uniform' ? 'uniform' : ((access ?? 'read') as Access));
  }
  return found;
}

/** How each pipeline's bindings are used, noted when it is compiled. */
export class AccessTable {
  private readonly pipelines = new WeakMap<GPUComputePipeline, ReadonlyMap<number, Access>>();

  /** Reads a kernel's bindings from its text. */
  note(pipeline: GPUComputePipeline, source: string): void {
    this.pipelines.set(pipeline, accessOf(source));
  }

  /** Error: RangeError where a buffer of `views` would be read by one binding and written by another. */
  refuseMixed(label: string, pipeline: GPUComputePipeline, views: readonly (BufferView | null)[]): void {
    const access = this.pipelines.get(pipeline);
    if (!access) return;
    const written = new Map<GPUBuffer, number>();
    const bound = views.flatMap((view, binding) => (view ? [{ view, binding, how: access.get(binding) }] : []));
    if (bound.some(({ how }) => !how)) throw new RangeError(`${label}: it has no such binding`);
    for (const { view, binding, how } of bound) if (how === 'read_write') written.set(view.buffer, binding);
    for (const { view, binding, how } of bound) {
      const other = written.get(view.buffer);
      if (other !== undefined && how !== 'read_write')
        throw new RangeError(`${label}: bindings ${binding} (${how}) and ${other} (read_write) are one buffer`);
    }
  }
}
