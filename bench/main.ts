// `npm run bench`: measures this machine with the engines and PyTorch beside them, prints tables in Markdown, and with --write
// keeps them in bench/RESULTS.md under the adapter's name. Without parts named it does all that the machine can.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openWasmEngine } from '../src/engine/wasm/engine.ts';
import { measureLimits, type Limits } from '../src/engine/wgsl/limits/measure.ts';
import { findMachine, machineWords, openGpu, openOnGpu, type Machine } from './machine.ts';
import { cpuPart } from './parts/cpu.ts';
import { encodePart, volumePart } from './parts/field.ts';
import { kernelsPart } from './parts/kernels.ts';
import { limitsPart } from './parts/limits.ts';
import { posesPart, SMALL_SIZE, THESIS_SIZE } from './parts/poses.ts';
import { simdPart } from './parts/simd.ts';
import { FULL, QUICK, SOFTWARE, trainingPart, turnsPart } from './parts/training.ts';
import { keep, markdown, type Part } from './report.ts';
import { findTorch, type TorchFound } from './torch.ts';

const PARTS = ['limits', 'kernels', 'training', 'volume', 'encode', 'poses', 'cpu'] as const;
type PartName = (typeof PARTS)[number];

const HELP = `npm run bench -- [parts] [options]
  parts      ${PARTS.map((part) => `--${part}`).join(' ')}; all where none is named
  --torch    with PyTorch beside training (the default where python3 has torch); --no-torch without
  --quick    few sizes, short rounds
  --write    keeps the tables in bench/RESULTS.md`;

function options(args: string[]) {
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    args,
    allowNegative: true,
    options: {
      ...(Object.fromEntries(PARTS.map((part) => [part, flag])) as Record<PartName, typeof flag>),
      torch: { type: 'boolean', default: true },
      quick: flag,
      write: flag,
      help: flag,
    },
  });
  const named = PARTS.filter((part) => values[part]);
  return { ...values, parts: new Set<PartName>(named.length > 0 ? named : PARTS) };
}

export async function main(args: string[]): Promise<void> {
  const asked = options(args);
  if (asked.help) return console.log(HELP);
  const machine = await findMachine();
  const head = machineWords(machine);
  console.log(`${head.join('\n')}\n`);
  const printed: string[] = [head.join('\n')];
  const attempt = async (name: PartName, make: () => Promise<Part | null>) => {
    if (!asked.parts.has(name)) return;
    try {
      const part = await make();
      if (!part) return;
      printed.push(markdown(part));
      console.log(`${markdown(part)}\n`);
    } catch (error) {
      console.error(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    }
  };
  const quick = asked.quick ?? false;
  const torch = asked.torch ? findTorch() : null;
  const round = quick ? 0.3 : 1;

  if (machine.gpu) await onGpu(machine, attempt, { quick, torch, round });
  else console.log('No adapter: only the CPU is measured.\n');
  await attempt('poses', async () => {
    const engine = await openWasmEngine();
    const size = quick ? { ...SMALL_SIZE, images: 50, directImages: 4 } : SMALL_SIZE;
    return posesPart(engine, size).finally(() => engine.dispose());
  });
  await attempt('cpu', () => simdPart(SOFTWARE));
  await attempt('cpu', () => cpuPart(SOFTWARE, torch, round, quick ? 3 : 7));
  if (asked.write) keep(resolve(import.meta.dirname, 'RESULTS.md'), machine.adapter, printed.join('\n\n'));
}

async function onGpu(
  machine: Machine,
  attempt: (name: PartName, make: () => Promise<Part | null>) => Promise<void>,
  { quick, torch, round }: { quick: boolean; torch: TorchFound | null; round: number },
): Promise<void> {
  const gpu = await openGpu(machine);
  let limits: Limits | null = null;
  const measured = async () => (limits ??= await measureLimits(gpu, quick ? 0.3 : 2));
  await attempt('limits', async () => limitsPart(await measured()));
  await attempt('kernels', async () => kernelsPart(gpu, await measured(), quick));
  gpu.close();

  const { software } = machine;
  const field = software
    ? [SOFTWARE]
    : [
        { boxPixels: 128, width: 256, batch: 16 },
        { boxPixels: 128, width: 1024, batch: 16 },
      ];
  const least = quick ? 0.3 : 1;
  await attempt('training', () =>
    software
      ? turnsPart(machine, SOFTWARE, quick ? 1 : 3, quick ? 2 : 5)
      : trainingPart(machine, quick ? QUICK : FULL, { torch, round }),
  );
  if (!software) await attempt('training', () => turnsPart(machine, field[0], round, 3));
  await attempt('volume', () => volumePart(machine, field, software ? 16 : 64, least));
  await attempt('encode', () => encodePart(machine, field, least));
  if (software) return;
  await attempt('poses', async () => {
    const engine = await openOnGpu(machine, 'wgsl');
    return posesPart(engine, THESIS_SIZE).finally(() => engine.dispose());
  });
}
