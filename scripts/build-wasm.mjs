// Builds the CPU engine's kernels: AssemblyScript (src/engine/wasm/assembly) to WebAssembly, twice (plain SIMD; relaxed
// SIMD with fused multiply-add), each for shared memory and for a page that is not isolated, into one TypeScript module
// of base64 text. Run by `npm ci` (prepare); does nothing where the module is newer than its sources.
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import asc from 'assemblyscript/asc';

const engine = resolve(import.meta.dirname, '../src/engine/wasm');
const output = resolve(engine, 'generated/kernels.wasm.ts');
const sources = [
  import.meta.filename,
  resolve(engine, 'header-fields.ts'),
  resolve(engine, 'scoring-fields.ts'),
  resolve(engine, 'factor-fields.ts'),
  ...readdirSync(resolve(engine, 'assembly')).map((name) => resolve(engine, 'assembly', name)),
];
const changed = (path) => statSync(path).mtimeMs;

async function compile(enable) {
  const files = {};
  const { error, stderr } = await asc.main(
    [
      'assembly/index.ts',
      '--config',
      'assembly/asconfig.json',
      '--sharedMemory',
      ...enable.flatMap((feature) => ['--enable', feature]),
      '--outFile',
      'kernels.wasm',
    ],
    { writeFile: (name, contents) => void (files[name] = contents) },
  );
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  return Buffer.from(files['kernels.wasm']);
}

/** The same module importing a memory that is not shared: one flag of the import's limits. */
function unshared(module) {
  const name = Buffer.from('\x03env\x06memory\x02');
  const at = module.indexOf(name) + name.length;
  if (at < name.length || module[at] !== 3) throw new Error('the memory import was not found');
  const copy = Buffer.from(module);
  copy[at] = 1;
  return copy;
}

if (!existsSync(output) || Math.max(...sources.map(changed)) > changed(output)) {
  process.chdir(engine);
  const plain = await compile([]);
  const relaxed = await compile(['relaxed-simd']);
  const modules = {
    PLAIN: plain,
    PLAIN_UNSHARED: unshared(plain),
    RELAXED: relaxed,
    RELAXED_UNSHARED: unshared(relaxed),
  };
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(
    output,
    '// Made by scripts/build-wasm.mjs from src/engine/wasm/assembly.\n' +
      Object.entries(modules)
        .map(([name, bytes]) => `export const ${name} =\n  '${bytes.toString('base64')}';\n`)
        .join(''),
  );
  console.log(`wasm kernels: ${plain.length} bytes, relaxed ${relaxed.length}`);
}
