// Each kernel against its naive twin at awkward sizes, outputs poisoned with NaN before.
import { beforeAll, describe, expect, it } from 'vitest';
import { Header, HEADER_ADDRESS } from './header-fields.ts';
import { loadKernels } from './kernels.ts';
import { panelStride } from './memory-plan.ts';
import { randomArray, randomFrom } from '../proof/model-cases.ts';

interface Exports {
  product(...args: (number | boolean)[]): void;
  weightGradient(...args: (number | boolean)[]): void;
  rowSums(...args: (number | boolean)[]): void;
  transposePanels(...args: number[]): void;
  encode(panels: number, coordinates: number, out: number, stride: number): void;
}
let kernels: Exports;
const memory = new WebAssembly.Memory({ initial: 64, maximum: 64 });
/** Places far enough apart for the largest case. */
const [X, W, BIAS, RESIDUAL, GATE, OUT, SCRATCH] = [0, 1, 2, 3, 4, 5, 6].map((i) => (i + 1) * 2 ** 19);
beforeAll(async () => {
  const { module } = await loadKernels(false);
  kernels = (await WebAssembly.instantiate(module, { env: { memory } })).exports as unknown as Exports;
});

const random = randomFrom(11);
/** Random panels [panel][unit][8] at `at`; reads unit, row. */
function panels(at: number, count: number, units: number) {
  const stride = panelStride(units);
  const floats = new Float32Array(memory.buffer, at, (count * stride) / 4);
  floats.set(randomArray(random, floats.length));
  return {
    stride,
    get: (unit: number, row: number) => floats[((row >> 3) * stride) / 4 + 8 * unit + (row & 7)],
    fill: (value: number) => floats.fill(value),
  };
}
/** Random weight panels [outputs/4][inputs][4]; reads output, input. */
function weightPanels(at: number, outputs: number, inputs: number) {
  const floats = new Float32Array(memory.buffer, at, outputs * inputs);
  floats.set(randomArray(random, floats.length));
  return { get: (n: number, k: number) => floats[(n >> 2) * inputs * 4 + k * 4 + (n & 3)], floats };
}
/** Sums of up to 300 products of numbers below 1 in float32. */
const TOLERANCE = 2e-5;

const sizes = [
  [1, 4, 4],
  [2, 4, 8],
  [3, 12, 4],
  [1, 132, 36],
  [5, 36, 128],
  [2, 300, 252],
];

describe.each(sizes)('%i panels, %i inputs, %i units', (count, inputs, units) => {
  const rows = count * 8;

  it.each([
    ['plain', false, false, 0, 0],
    ['forward', true, true, 1, 0],
    ['forward, leaky, share of the units', true, false, 1, 0.01],
    ['backward', false, true, 2, 0.01],
  ] as const)('product: %s', (name, withBias, withResidual, mode, slope) => {
    const x = panels(X, count, inputs);
    const w = weightPanels(W, units, inputs);
    const bias = new Float32Array(memory.buffer, BIAS, units);
    bias.set(randomArray(random, units));
    const residual = panels(RESIDUAL, count, units);
    const gate = panels(GATE, count, units);
    const out = panels(OUT, count, units);
    out.fill(NaN);
    const [from, to] = name.includes('share') ? [(units >> 3) << 2, units] : [0, units];
    kernels.product(
      count,
      X,
      x.stride,
      W,
      inputs,
      from,
      to,
      withBias ? BIAS : 0,
      withResidual ? RESIDUAL : 0,
      residual.stride,
      mode === 2 ? GATE : 0,
      gate.stride,
      OUT,
      out.stride,
      mode === 1,
      slope,
    );
    for (let n = 0; n < units; n++)
      for (let r = 0; r < rows; r++) {
        let sum = (withBias ? bias[n] : 0) + (withResidual ? residual.get(n, r) : 0);
        for (let k = 0; k < inputs; k++) sum += w.get(n, k) * x.get(k, r);
        if (mode === 1 && sum < 0) sum *= slope;
        if (mode === 2 && gate.get(n, r) <= 0) sum *= slope;
        if (n < from ? !Number.isNaN(out.get(n, r)) : !(Math.abs(out.get(n, r) - sum) < TOLERANCE))
          expect(out.get(n, r), `${n}, ${r}`).toBe(sum);
      }
  });

  it.each([false, true])('gradient of the weight and the bias, added: %s', (add) => {
    const dz = panels(X, count, units);
    const x = panels(RESIDUAL, count, inputs);
    const out = weightPanels(OUT, units, inputs);
    const before = out.floats.slice();
    if (!add) out.floats.fill(NaN);
    kernels.weightGradient(count, X, dz.stride, RESIDUAL, x.stride, inputs, 0, units, OUT, add, SCRATCH);
    const bias = new Float32Array(memory.buffer, BIAS, units).fill(add ? 2 : NaN);
    kernels.rowSums(count, X, dz.stride, 0, units, BIAS, add);
    for (let n = 0; n < units; n++) {
      let biasSum = add ? 2 : 0;
      for (let r = 0; r < rows; r++) biasSum += dz.get(n, r);
      expect(Math.abs(bias[n] - biasSum)).toBeLessThan(TOLERANCE);
      for (let k = 0; k < inputs; k++) {
        let sum = add ? before[(n >> 2) * inputs * 4 + k * 4 + (n & 3)] : 0;
        for (let r = 0; r < rows; r++) sum += dz.get(n, r) * x.get(k, r);
        if (!(Math.abs(out.get(n, k) - sum) < TOLERANCE)) expect(out.get(n, k), `${n}, ${k}`).toBe(sum);
      }
    }
  });

  it('transposed weight', () => {
    const w = weightPanels(W, units, inputs);
    const out = weightPanels(OUT, inputs, units);
    out.floats.fill(NaN);
    kernels.transposePanels(W, inputs, units, 0, inputs >> 2, OUT);
    let wrong = 0;
    for (let n = 0; n < units; n++) for (let k = 0; k < inputs; k++) if (out.get(k, n) !== w.get(n, k)) wrong++;
    expect(wrong).toBe(0);
  });
});

describe('encoding', () => {
  it('has the sines and cosines of Math, to 2e-7 up to thousands of radians', () => {
    const header = new Uint32Array(memory.buffer, HEADER_ADDRESS, Header.length);
    header[Header.waves] = 3;
    header[Header.waveTable] = W;
    const vectors = [
      [1, 2, 3],
      [-1000.25, 4000.5, 17.125],
      [0, 0, 0],
    ];
    const view = new DataView(memory.buffer, W, 96);
    vectors.forEach((vector, i) => {
      vector.forEach((w, axis) => view.setFloat64(32 * i + 8 * axis, w / (2 * Math.PI), true));
      view.setInt32(32 * i + 24, 2 * i, true);
      view.setInt32(32 * i + 28, 2 * i + 1, true);
    });
    const count = 5;
    const coordinates = new Float64Array(memory.buffer, X, count * 24);
    coordinates.set(randomArray(random, count * 24, 0.5));
    // Exactly on the borders between quarters too.
    coordinates[0] = 0;
    coordinates[8] = Math.PI / 8;
    coordinates[16] = 0;
    const out = panels(OUT, count, 7);
    out.fill(NaN);
    kernels.encode(count, X, OUT, out.stride);
    for (let r = 0; r < count * 8; r++) {
      const p = [0, 1, 2].map((axis) => coordinates[(r >> 3) * 24 + axis * 8 + (r & 7)]);
      vectors.forEach((w, i) => {
        const phase = w[0] * p[0] + w[1] * p[1] + w[2] * p[2];
        expect(Math.abs(out.get(2 * i, r) - Math.sin(phase))).toBeLessThan(2e-7);
        expect(Math.abs(out.get(2 * i + 1, r) - Math.cos(phase))).toBeLessThan(2e-7);
      });
      expect(out.get(6, r)).toBeNaN();
    }
  });
});
