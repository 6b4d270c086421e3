import { defineConfig } from 'vitest/config';
import './scripts/build-shaders.mjs';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'workers/**/*.test.ts', 'cli/**/*.test.ts', 'scripts/*.test.ts'],
    environment: 'node',
    // Two cores: two processes, each test file alone in its own.
    pool: 'forks',
    maxWorkers: 2,
    // For a machine with other work: compilers of adapters in software take seconds over a kernel, five times that under load.
    testTimeout: 300_000,
  },
});
