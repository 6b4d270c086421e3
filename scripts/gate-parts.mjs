// The parts of the gate, in the order in which it begins them: name, script (below node_modules), arguments, and whether one core
// is all that it keeps busy. The workflow file of a public host runs the same parts as jobs; scripts/gate.test.ts holds the two
// together.
export const parts = [
  // The longest first: the others pass beside it.
  { name: 'lint', script: 'eslint/bin/eslint.js', args: ['.', '--max-warnings', '0'], oneCore: true },
  { name: 'format', script: 'prettier/bin/prettier.cjs', args: ['--check', '--log-level', 'warn', '.'], oneCore: true },
  { name: 'types', script: 'typescript/bin/tsc', args: ['--noEmit'], oneCore: true },
  {
    name: 'layers',
    script: 'dependency-cruiser/bin/dependency-cruise.mjs',
    args: ['--config', '.dependency-cruiser.cjs', 'src', 'workers', 'cli', 'testing', 'bench', 'e2e'],
    oneCore: true,
  },
  // Dead code: files, exports and packages that nothing uses.
  { name: 'unused', script: 'knip/bin/knip.js', args: ['--no-progress'], oneCore: true },
  { name: 'unit', script: 'vitest/vitest.mjs', args: ['run'] },
  { name: 'build', script: 'vite/bin/vite.js', args: ['build', '--logLevel', 'warn'] },
  { name: 'size', script: '../scripts/size-budget.mjs', args: [] },
  { name: 'stories', script: '../scripts/e2e.mjs', args: ['--built'] },
];
