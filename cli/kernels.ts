// vitrine kernels: which kernels were chosen on this machine's graphics processors; --clear chooses them again.
import type { Command } from 'commander';
import { tuningFiles } from '../src/engine/node/tuning-file.ts';
import { clearTunings, keptTunings } from '../src/engine/wgsl/tuning/store.ts';
import { act } from './command.ts';

export function addKernels(program: Command): void {
  const command = program
    .command('kernels')
    .description('GPU kernels that were chosen for this machine.')
    .option('--clear', 'delete them: the next training chooses again');
  act(command, async (_, options, console) => {
    const store = tuningFiles();
    const kept = await keptTunings(store);
    for (const { adapter, sizes, scalar, created, rate, current } of kept) {
      const words = [adapter || 'unreadable', sizes, scalar === 'f16' ? 'float16' : 'float32'];
      if (rate !== null) words.push(`${(rate / 1e12).toPrecision(2)} TFLOP/s`);
      if (created) words.push(created.slice(0, 10));
      if (!current) words.push('of older kernels');
      console.say(words.join(', '));
    }
    if (kept.length === 0) console.say('None: they are chosen beside the first training on a graphics processor.');
    const cleared = options['clear'] === true ? await clearTunings(store) : 0;
    if (cleared > 0) console.say(`Cleared ${cleared}: the next training chooses again.`);
    console.result({ kernels: kept, cleared });
  });
}
