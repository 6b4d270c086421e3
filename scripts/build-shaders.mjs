// Gathers the .wgsl files of src/engine/wgsl into one TypeScript module, so that the browser, Node and tests read the same
// text. Run by `npm ci` (prepare), before tests and builds; writes only where something changed.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../src/engine/wgsl');
const output = resolve(root, 'generated/shaders.ts');

export function buildShaders() {
  const names = readdirSync(root, { recursive: true })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.wgsl'))
    .sort();
  const entries = names.map((name) => {
    const text = readFileSync(resolve(root, name), 'utf8');
    return `  '${name.slice(0, -'.wgsl'.length)}': ${JSON.stringify(text)},\n`;
  });
  const module = `// Made by scripts/build-shaders.mjs.\nexport const shaders = {\n${entries.join('')}} as const;\n`;
  if (existsSync(output) && readFileSync(output, 'utf8') === module) return;
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, module);
}

buildShaders();
