// A device that has only what WebGPU promises everywhere (128 MiB bindings, 16 KiB of workgroup memory, 256 invocations, 8
// storage buffers a stage; no float16, no subgroups, no timestamps) trains, encodes, decodes, prepares and searches to the same
// numbers, with the kernels of real adapters.
import { expect } from 'vitest';
import type { KernelCase } from '../proof/kernel-cases.ts';
import { describeCases } from '../../../testing/node-gpu.ts';
import type { Gpu } from './gpu/gpu.ts';
import { cases as modelCases } from './model/cases.ts';
import { wholeSteps } from './model/whole-steps.cases.ts';
import { poseSearchCases } from './pose-search/cases.ts';
import { preprocessCases } from './preprocess/cases.ts';

function named(cases: readonly KernelCase[], names: readonly string[]): KernelCase[] {
  return names.map((name) => {
    const found = cases.find((one) => one.name.startsWith(name));
    if (!found) throw new Error(`there is no case "${name}"`);
    return found;
  });
}

function isLeast({ device, half, subgroups, matrixUnits }: Gpu): void {
  const { limits } = device;
  expect(limits.maxStorageBufferBindingSize).toBe(2 ** 27);
  expect(limits.maxComputeWorkgroupStorageSize).toBe(2 ** 14);
  expect(limits.maxComputeInvocationsPerWorkgroup).toBe(256);
  expect(limits.maxStorageBuffersPerShaderStage).toBe(8);
  expect([half, subgroups, device.features.has('timestamp-query'), matrixUnits.length]).toEqual([
    false,
    false,
    false,
    0,
  ]);
}

const cases = [
  ...named(modelCases, ['fourier, odd widths', 'maps of any box']),
  ...wholeSteps.slice(-1),
  ...named(poseSearchCases, ['shared slices {"images":1', 'own slices {"images":1', 'one scorer, many calls']),
  ...named(preprocessCases, ['3 images of 10²']),
];
await describeCases('the least device', cases, { kernels: 'hardware', limits: 'default' }, isLeast);
