#!/usr/bin/env node
// The measurements as single files, for a machine with a graphics processor but without node_modules: node bench/bundle.mjs
// [folder] writes on-gpu.mjs (bench/on-gpu.ts) and bench.mjs (bench/main.ts) there (.gpu by default), the kernels built before. They
// take Dawn from webgpu/index.js beside them. PyTorch's program is found where one stands in the repository.
import { resolve } from 'node:path';
import { build } from 'vite';

const folder = resolve(process.argv[2] ?? '.gpu');
await import('../scripts/build-shaders.mjs');
// It changes the folder that one stands in.
await import('../scripts/build-wasm.mjs');

for (const [entry, name] of [
  ['on-gpu.ts', 'on-gpu.mjs'],
  ['start.ts', 'bench.mjs'],
])
  await build({
    configFile: false,
    root: resolve(import.meta.dirname, '..'),
    publicDir: false,
    logLevel: 'warn',
    plugins: [
      {
        name: 'dawn-beside',
        enforce: 'pre',
        resolveId: (source) => (source === 'webgpu' ? { id: './webgpu/index.js', external: true } : null),
      },
    ],
    ssr: { noExternal: true },
    build: {
      ssr: resolve(import.meta.dirname, entry),
      target: 'node20',
      outDir: folder,
      emptyOutDir: false,
      minify: false,
      rolldownOptions: { output: { entryFileNames: name, codeSplitting: false } },
    },
  });
console.log(`${folder}/on-gpu.mjs, ${folder}/bench.mjs`);
