// Small WebAssembly modules, written byte by byte, that do one kind of work from registers or from the first cache: what 128-bit
// SIMD of one thread can do at most. One function each: f(turns).

/** Work of a module: fused multiply-adds, a product and a sum apart, or loads. */
export type Work = 'fused' | 'apart' | 'loads';

/** Chains that do not wait for each other: more than 2 units × 4 cycles, few enough for 16 registers and two factors. */
const CHAINS = 12;
const LOAD_CHAINS = 4;
/** Operations a turn of the loop. V8 puts all loads of a turn before what uses them: few enough for the registers. */
export const OPERATIONS: Record<Work, number> = { fused: 4 * CHAINS, apart: 4 * CHAINS, loads: 10 };
/** The loads walk over this much, half of a first cache. */
const WALK_BYTES = 16384;

const chainsOf = (work: Work) => (work === 'loads' ? LOAD_CHAINS : CHAINS);

const V128 = 0x7b;
const [TURNS, PLACE, FIRST, SECOND, CHAIN] = [0, 1, 2, 3, 4];
const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
const integer = (value: number) => [0x41, ...signed(value)];

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128);
  return [...bytes, value];
}
function signed(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 63 || value < -64; value >>= 7) bytes.push((value & 127) | 128);
  return [...bytes, value & 127];
}
const simd = (code: number) => [0xfd, ...unsigned(code)];
const [LOAD, STORE, SPLAT, OR] = [0x00, 0x0b, 0x13, 0x50].map(simd);
const [ADD, MULTIPLY, FUSED] = [0xe4, 0xe6, 0x105].map(simd);
const section = (id: number, bytes: number[]) => [id, ...unsigned(bytes.length), ...bytes];

function operations(work: Work): number[] {
  const bytes: number[] = [];
  for (let i = 0; i < OPERATIONS[work]; i++) {
    const chain = CHAIN + (i % chainsOf(work));
    const load = [...get(PLACE), ...LOAD, 4, ...unsigned(16 * i)];
    if (work === 'fused') bytes.push(...get(FIRST), ...get(SECOND), ...get(chain), ...FUSED);
    else if (work === 'apart') bytes.push(...get(FIRST), ...get(SECOND), ...MULTIPLY, ...get(chain), ...ADD);
    else bytes.push(...get(chain), ...load, ...OR);
    bytes.push(...set(chain));
  }
  return bytes;
}

/** The module of `work`; it imports a memory of a page, `env.memory`. */
export function moduleOf(work: Work): Uint8Array<ArrayBuffer> {
  const start: number[] = [];
  const chains = chainsOf(work);
  for (let local = FIRST; local < CHAIN + chains; local++) {
    const value = new Uint8Array(new Float32Array([local === FIRST ? 0.5 : 0.25]).buffer);
    start.push(0x43, ...value, ...SPLAT, ...set(local));
  }
  // Where the loads of this turn begin.
  const place = [
    ...get(TURNS),
    ...integer(16 * OPERATIONS[work]),
    0x6c,
    ...integer(WALK_BYTES - 16),
    0x71,
    ...set(PLACE),
  ];
  const repeat = [...get(TURNS), ...integer(1), 0x6b, 0x22, TURNS, 0x0d, 0];
  // Sums that nobody stored would not be computed.
  const end = [...integer(0), ...get(CHAIN)];
  for (let i = 1; i < chains; i++) end.push(...get(CHAIN + i), ...ADD);
  end.push(...STORE, 4, 0);
  const locals = [2, 1, 0x7f, 2 + chains, V128];
  const body = [...locals, ...start, 0x03, 0x40, ...place, ...operations(work), ...repeat, 0x0b, ...end, 0x0b];
  const text = (word: string) => [word.length, ...new TextEncoder().encode(word)];
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 1, 0x7f, 0]),
    ...section(2, [1, ...text('env'), ...text('memory'), 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...text('f'), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}
