// The subgroup-matrix unit's functions written out for a unit 2 × 8 × 4, whose results each invocation holds whole: every adapter
// proves all of the kernels but the unit. A factor is where it lies and is read when it is multiplied: arrays as values take
// compilers of software adapters minutes.
import type { Gpu, MatrixUnit } from '../gpu/gpu.ts';
import type { Scalar } from '../gpu/kernels.ts';
import type { MatrixVariant } from './matrix.ts';

/** Shared WGSL that computes what a subgroup-matrix unit would, for devices without one. */
export function emulatedUnit(scalar: Scalar): MatrixUnit {
  return { component: scalar, result: 'f32', M: 2, N: 8, K: 4 };
}

/** Numbers 4·four … + 3 of the row that begins at element `at` of an array of fours or of numbers. */
function fourOf(array: string, by: MatrixVariant['by'], at: string, four: number): string {
  if (by !== 'numbers') return `vec4f(${array}[${at} + ${four}u])`;
  return `vec4f(${[0, 1, 2, 3].map((n) => `f32(${array}[${at} + ${4 * four + n}u])`).join(', ')})`;
}

/** How four floats are laid from element `to` on of the array that results leave by. */
function laying(by: MatrixVariant['by'], half: boolean, to: string, four: string): string {
  if (by === 'numbers') return [0, 1, 2, 3].map((n) => `results[${to} + ${n}u] = ${four}[${n}];`).join(' ');
  if (!half) return `memory[${to}] = Staged(${four});`;
  // The bytes of two floats are those of four halves.
  return [0, 1].map((n) => `memory[${to} + ${n}u] = bitcast<vec4<f16>>(${four}.${n === 0 ? 'xy' : 'zw'});`).join(' ');
}

function emulation(by: MatrixVariant['by'], half: boolean): string {
  const [left, right] = by === 'direct' ? ['left', 'right'] : ['memory', 'memory'];
  const elements = by === 'numbers' ? 4 : half ? 2 : 1;
  const stores = [0, 1, 2, 3].map((i) =>
    laying(by, half, `at + ${i >> 1}u * stride + ${(i % 2) * elements}u`, `sums[${i}]`),
  );
  const rows = [0, 1, 2, 3].map((k) => {
    const at = `b.x + ${k}u * b.y`;
    return `let first_${k} = ${fourOf(right, by, at, 0)};\n  let last_${k} = ${fourOf(right, by, at, 1)};`;
  });
  const sum = (row: number, side: string) =>
    `c[${2 * row + (side === 'last' ? 1 : 0)}] + ${[0, 1, 2, 3].map((k) => `a_${row}[${k}] * ${side}_${k}`).join(' + ')}`;
  return `
fn multiply(a: vec2u, b: vec2u, c: Result) -> Result {
  let a_0 = ${fourOf(left, by, 'a.x', 0)};
  let a_1 = ${fourOf(left, by, 'a.x + a.y', 0)};
  ${rows.join('\n  ')}
  return Result(${[sum(0, 'first'), sum(0, 'last'), sum(1, 'first'), sum(1, 'last')].join(', ')});
}
var<private> lane_of_subgroup: u32;
fn write_result(at: u32, sums: Result, stride: u32) {
  if (lane_of_subgroup > 0u) {
    return;
  }
  ${stores.join('\n  ')}
}
`;
}

function emulatedSource(source: string): string {
  if (!source.includes('subgroupMatrixLoad')) return source;
  const by = source.includes('var<workgroup> results') ? 'numbers' : source.includes('&left,') ? 'direct' : 'fours';
  const half = source.includes('const HALVES: u32 = 1u;');
  const changes: [RegExp, string][] = [
    [/^enable chromium.*$/m, ''],
    [/^@diagnostic.*$/gm, ''],
    [/^alias Left = .*$/m, 'alias Left = vec2u;'],
    [/^alias Right = .*$/m, 'alias Right = vec2u;'],
    [/^alias Result = .*$/m, 'alias Result = mat4x4f;'],
    [/subgroupMatrixLoad<\w+, row_major>\(&\w+, (.*), ([^,]*)\);/g, 'vec2u($1, $2);'],
    [/let subgroup = .*/, '$&\n  lane_of_subgroup = thread % SUBGROUP;'],
    [/subgroupMatrixMultiplyAccumulate/g, 'multiply'],
    [/subgroupMatrixStore<row_major>\(&\w+, (.*), sums, (.*)\);/g, 'write_result($1, sums, $2);'],
  ];
  return changes.reduce((all, [from, to]) => all.replace(from, to), source) + emulation(by, half && by === 'fours');
}

/** The same device, whose compiler is given the unit's functions. */
export function emulator(gpu: Gpu): Gpu {
  const pipeline = (label: string, source: string) => gpu.pipeline(label, emulatedSource(source));
  return Object.create(gpu, { pipeline: { value: pipeline } }) as Gpu;
}
