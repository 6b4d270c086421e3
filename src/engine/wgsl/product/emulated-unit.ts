// The subgroup-matrix unit's functions written out for a unit 2 × 8 × 4 and subgroups of one invocation, so that every adapter
// proves all of the kernels but the unit. A factor is where it lies and is read when it is multiplied: arrays as values take
// compilers of software adapters minutes.
import type { Gpu, MatrixUnit } from '../gpu/gpu.ts';
import type { Scalar } from '../gpu/kernels.ts';
import type { MatrixVariant } from './matrix.ts';

export function emulatedUnit(scalar: Scalar): MatrixUnit {
  return { component: scalar, result: 'f32', M: 2, N: 8, K: 4 };
}

/** Number `c` of the row that begins at element `at` of an array of fours or of numbers. */
function numberOf(array: string, by: MatrixVariant['by'], at: string, c: string): string {
  return by === 'numbers' ? `f32(${array}[${at} + ${c}])` : `f32(${array}[${at} + (${c}) / 4u][(${c}) % 4u])`;
}

/** How four floats are laid from element `to` on of the array that results leave by. */
function laying(by: MatrixVariant['by'], half: boolean): string {
  if (by === 'numbers') return 'for (var n = 0u; n < 4u; n++) { results[to + n] = value[i][n]; }';
  if (!half) return 'memory[to] = Held(value[i]);';
  // The bytes of two floats are those of four halves.
  return 'memory[to] = bitcast<vec4<f16>>(value[i].xy);\n    memory[to + 1u] = bitcast<vec4<f16>>(value[i].zw);';
}

function emulation(by: MatrixVariant['by'], half: boolean): string {
  const [left, right] = by === 'direct' ? ['left', 'right'] : ['memory', 'memory'];
  const row = [0, 1, 2, 3, 4, 5, 6, 7].map((c) => numberOf(right, by, 'b.x + k * b.y', `${c}u`));
  const elements = by === 'numbers' ? 4 : half ? 2 : 1;
  return `
fn multiply(a: vec2u, b: vec2u, c: Result) -> Result {
  var sums = c;
  for (var k = 0u; k < K; k++) {
    let first = vec4f(${row.slice(0, 4).join(', ')});
    let last = vec4f(${row.slice(4).join(', ')});
    for (var i = 0u; i < M; i++) {
      let factor = ${numberOf(left, by, 'a.x + i * a.y', 'k')};
      sums[2u * i] += factor * first;
      sums[2u * i + 1u] += factor * last;
    }
  }
  return sums;
}
fn write_result(at: u32, sums: Result, stride: u32) {
  var value = sums;
  for (var i = 0u; i < 2u * M; i++) {
    let to = at + i / 2u * stride + i % 2u * ${elements}u;
    ${laying(by, half)}
  }
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
