// What the measuring program is told: by its user, and by itself where it starts a part of its own as another process.
import { parseArgs } from 'node:util';

export const HELP = `node on-gpu.mjs [folder, $OUT or gpu-out]
  --seconds 450   for everything; parts are shortened alike
  --only a,b      these parts alone
  --small         boxes of 16 pixels: a rehearsal, in software too
  --software      SwiftShader beside Debian's chromium where no driver is named
  --kernels hardware|software   other kernels than the adapter's own kind (hardware's compile slowly in software)
  --report FILE   prints the tables of a file of lines`;

export interface Options {
  folder: string;
  seconds: number;
  only: string[] | null;
  small: boolean;
  software: boolean;
  kernels: 'hardware' | 'software' | null;
  report: string | null;
  help: boolean;
  /** Of a child: its part, the step to begin with, every how manyth step is its own from there, and the driver's name. */
  part: string | null;
  from: number;
  stride: number;
  driver: string;
}

export function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...{ seconds: text, only: text, kernels: text, report: text, part: text, from: text, stride: text, driver: text },
      ...{ small: flag, software: flag, help: flag },
    },
  });
  const { kernels } = values;
  return {
    folder: positionals[0] ?? process.env['OUT'] ?? 'gpu-out',
    seconds: Number(values.seconds ?? 450),
    only: values.only?.split(',') ?? null,
    small: values.small ?? false,
    software: values.software ?? false,
    kernels: kernels === 'hardware' || kernels === 'software' ? kernels : null,
    report: values.report ?? null,
    help: values.help ?? false,
    part: values.part ?? null,
    from: Number(values.from ?? 0),
    stride: Number(values.stride ?? 1),
    driver: values.driver ?? '',
  };
}

/** What a child is told of its parent's. */
export function argumentsOf({ folder, small, software, kernels, driver }: Options): string[] {
  const flags = [small && '--small', software && '--software', kernels && `--kernels=${kernels}`].filter(Boolean);
  return [folder, ...(flags as string[]), `--driver=${driver}`];
}
