#!/usr/bin/env node
// The benchmark as one file, for a machine with a graphics processor but without node_modules: node bench/bundle.mjs [folder]
// writes bench.mjs there (.gpu by default). It takes Dawn from webgpu/index.js beside it. PyTorch's program is found
// where one stands in the repository.
import { resolve } from 'node:path';
import { build } from 'vite';
import '../scripts/build-shaders.mjs';

const folder = resolve(process.argv[2] ?? '.gpu');

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
    ssr: resolve(import.meta.dirname, 'start.ts'),
    target: 'node20',
    outDir: folder,
    emptyOutDir: false,
    minify: false,
    rolldownOptions: { output: { entryFileNames: 'bench.mjs', codeSplitting: false } },
  },
});
console.log(`${folder}/bench.mjs`);
