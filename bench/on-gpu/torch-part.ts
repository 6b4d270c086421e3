// The same step in PyTorch on the same machine, minutes apart.
import { eachTorchRate, findTorch } from '../torch.ts';
import type { Part } from './part-context.ts';

export const torch: Part = {
  name: 'torch',
  seconds: 90,
  steps: (context) => [
    {
      name: 'PyTorch',
      patienceSeconds: 90,
      async run() {
        const found = findTorch();
        if (!found) throw new Error('python3 with torch is not here, or bench/torch/step.py is not');
        const cuda = found.cuda;
        const sizes = context.small
          ? [
              '--box',
              '16',
              '--dim',
              '16,64',
              '--batch',
              '2,4,16',
              '--rounds',
              '2',
              '--seconds',
              '0.1',
              '--threads',
              '1',
            ]
          : ['--box', '128', '--dim', '256,1024', '--batch', '8,16,64', '--rounds', '3', '--seconds', '0.5'];
        const precision = cuda ? 'float32,tf32,amp' : 'float32';
        const options = ['--device', cuda ? 'cuda' : 'cpu', ...sizes, '--precision', precision];
        await eachTorchRate(found, options, (rate) =>
          context.note(`${rate.dim}×3, batch ${rate.batch}, ${rate.precision}`, 0, { data: { rate } }),
        );
        return found;
      },
    },
  ],
};
