import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import './scripts/build-shaders.mjs';

/** Tests of kernels and commands take longest: one of them that began last would keep one core busy and leave the other idle. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => /\/(src\/engine\/wgsl|cli)\//.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'workers/**/*.test.ts', 'cli/**/*.test.ts', 'scripts/*.test.ts'],
    environment: 'node',
    // Two cores: two processes, each test file alone in its own.
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // For a machine with other work: compilers of adapters in software take seconds over a kernel, five times that under load.
    testTimeout: 300_000,
  },
});
