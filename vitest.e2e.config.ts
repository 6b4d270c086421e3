import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['e2e/**/*.story.ts'],
    environment: 'node',
    // One browser at a time: a story on two cores has software graphics and a training run to feed.
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 60_000,
  },
});
