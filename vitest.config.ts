import { defineConfig } from 'vitest/config';
import './scripts/build-shaders.mjs';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'workers/**/*.test.ts', 'cli/**/*.test.ts'],
    environment: 'node',
    // Two cores: two processes, each test file alone in its own.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
  },
});
