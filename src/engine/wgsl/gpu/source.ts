// WGSL from parts: constants of one launch, then the files that make the kernel. Drivers do not always unroll loops over a
// thread's own array, which then lies in slow memory; so loops that have to be unrolled are written
//     // unroll i in 0..ROWS
//     sum_$i = fma(a_$i, b, sum_$i);
//     // end
// and expanded here. Bounds are numbers, names of constants, or products and quotients of those: `0..COLUMNS/4`.

/** Whole numbers become u32, others f32 where they are marked so; text names a type. */
export type ConstantValue = number | boolean | string | { f32: number };
/** Constants of a kernel by name: numbers and booleans as `const`, strings as `alias` of a type. */
export type Constants = Record<string, ConstantValue>;

function declaration(name: string, value: ConstantValue): string {
  if (typeof value === 'string') return `alias ${name} = ${value};`;
  if (typeof value === 'boolean') return `const ${name}: bool = ${value};`;
  if (typeof value === 'object') return `const ${name}: f32 = f32(${value.f32});`;
  if (!Number.isInteger(value) || value < 0) throw new RangeError(`${name} = ${value} is no u32`);
  return `const ${name}: u32 = ${value}u;`;
}

/** One module: constants, then `parts` in order with their loops expanded. Needs `enable` lines first, if any. */
export function shaderSource(constants: Constants, parts: readonly string[], enable: readonly string[] = []): string {
  const head = enable.map((extension) => `enable ${extension};`);
  const declarations = Object.entries(constants).map(([name, value]) => declaration(name, value));
  return [...head, ...declarations, ...parts.map((part) => expand(part, constants))].join('\n');
}

const OPEN = /^\s*\/\/ unroll (\w+) in (\S+)\.\.(\S+)\s*$/;
const CLOSE = /^\s*\/\/ end\s*$/;

/** Writes out the marked loops of `text`. Errors: RangeError for a bound that is not known, a loop that is not closed. */
export function expand(text: string, constants: Constants): string {
  const lines = text.split('\n');
  const out: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const open = OPEN.exec(lines[at]);
    if (!open) {
      out.push(lines[at]);
      continue;
    }
    let depth = 1;
    let end = at + 1;
    for (; end < lines.length; end++) {
      if (OPEN.test(lines[end])) depth++;
      else if (CLOSE.test(lines[end]) && --depth === 0) break;
    }
    if (end === lines.length) throw new RangeError(`unroll ${open[1]} is not closed`);
    const body = lines.slice(at + 1, end).join('\n');
    const variable = new RegExp(`\\$${open[1]}(?![A-Za-z0-9])`, 'g');
    for (let i = bound(open[2], constants); i < bound(open[3], constants); i++)
      out.push(expand(body.replace(variable, String(i)), constants));
    at = end;
  }
  return out.join('\n');
}

function bound(expression: string, constants: Constants): number {
  const [first, ...rest] = expression.split(/(?=[*/])/);
  const value = (word: string): number => {
    const number = /^\d+$/.test(word) ? Number(word) : constants[word];
    if (typeof number !== 'number') throw new RangeError(`unroll bound ${word} is not known`);
    return number;
  };
  return rest.reduce((product, factor) => {
    const by = value(factor.slice(1));
    return factor[0] === '*' ? product * by : Math.floor(product / by);
  }, value(first));
}
