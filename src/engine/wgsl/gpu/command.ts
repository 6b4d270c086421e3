// What is recorded once and submitted again and again.
import type { BufferView } from './arena.ts';
import type { Work } from './pace.ts';

/**
 * One kernel on given buffers. Made once, submitted any number of times. Its work, floating-point operations and bytes that
 * have to cross the memory's bus at least, is what benchmarks divide by and what submissions are cut by.
 */
export interface Dispatch extends Work {
  label: string;
  pipeline: GPUComputePipeline;
  bindings: GPUBindGroup;
  workgroups: readonly [number, number, number];
}

/** A copy between buffers, in the order of the dispatches. Offsets and size are multiples of 4 bytes. */
export interface Copy {
  from: BufferView;
  to: BufferView;
}

/** What a command buffer is made of. */
export type Command = Dispatch | Copy;
