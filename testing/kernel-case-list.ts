// The cases of all kernels, by folder: what every `cases.ts` of the WGSL engine exports, under whatever name. Gathered by vite,
// for a browser's bundle and for the story that counts them.
import type { KernelCase } from '../src/engine/proof/kernel-cases.ts';

export interface ListedCase {
  folder: string;
  one: KernelCase;
}

const isCase = (value: unknown): value is KernelCase =>
  typeof value === 'object' && value !== null && 'name' in value && 'run' in value;

const modules = import.meta.glob<Record<string, unknown>>('../src/engine/wgsl/*/*cases.ts', { eager: true });

export const listedCases: readonly ListedCase[] = Object.entries(modules).flatMap(([path, exported]) => {
  const folder = path.split('/').at(-2) ?? path;
  const lists = Object.values(exported).filter((value): value is unknown[] => Array.isArray(value));
  return lists.flatMap((list) => list.filter(isCase).map((one) => ({ folder, one })));
});
