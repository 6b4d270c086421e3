// The lines as tables for bench/RESULTS.md. Whatever is missing leaves its table shorter, and what failed is named at the end.
import { figures, markdown, megabytes, percent, scaled, seconds, type Part as Table } from '../report.ts';
import { limitsPart } from '../parts/limits.ts';
import type { Limits } from '../../src/engine/wgsl/limits/measure.ts';
import type { TrialNote } from '../../src/engine/wgsl/tuning/tuner.ts';
import type { Tuning } from '../../src/engine/wgsl/tuning/tuned.ts';
import type { TorchRate } from '../torch.ts';
import type { FactorTimes } from './factors-part.ts';
import type { Times } from './field-part.ts';
import type { Swept } from './launches-part.ts';
import type { Line } from './lines.ts';
import type { TrainingData } from './training-part.ts';

/** Of steps that were done again the last time; candidates of a tuning share a step. */
function latest(lines: readonly Line[]): Line[] {
  const last = new Map<string, Line>();
  for (const [i, line] of lines.entries()) {
    const trial = typeof line.data === 'object' && line.data !== null && 'trial' in line.data;
    last.set(trial ? String(i) : `${line.part}: ${line.step}`, line);
  }
  return [...last.values()];
}

export function summary(all: readonly Line[]): string {
  const lines = latest(all);
  const of = (part: string) => lines.filter((line) => line.part === part && !line.error);
  const tables = [
    ...limitTables(of('limits')),
    proofsTable(lines.filter(({ part }) => part === 'proofs')),
    ...tuningTables(of('tuning')),
    trainingTable(of('training'), of('torch'), of('without robustness')),
    ...profileTables(of('training')),
    agreementTable(of('agreement')),
    ...fieldTables(of('field')),
    factorsTable(of('factors')),
    launchesTable(of('launches')),
    slicesTable(of('launches')),
    startTable(of('first start')),
    failuresTable(lines),
  ];
  return [headOf(lines), ...tables.filter(({ rows }) => rows.length > 0).map(markdown)].join('\n\n');
}

const dataOf = <T>(line: Line) => line.data as T;

function headOf(lines: readonly Line[]): string {
  const line = lines.find(({ device }) => device);
  const features = lines.find(({ part, data }) => part === 'features' && data);
  const { host, subgroupSizes, matrixUnits, taken } = (features?.data ?? {}) as {
    host?: string;
    subgroupSizes?: number[];
    matrixUnits?: object[];
    taken?: string[];
  };
  return [
    `- adapter: ${line?.device ?? 'none'}${line?.driver ? `; driver: ${line.driver}` : ''}`,
    `- host: ${host ?? 'unknown'}`,
    `- Dawn: ${line?.dawn ?? ''}; subgroups of ${subgroupSizes?.join(' to ') ?? '?'}, ${matrixUnits?.length ?? 0} matrix units; ${taken?.join(', ') ?? ''}`,
    `- ${lines[0]?.date.slice(0, 10) ?? ''}`,
  ].join('\n');
}

function limitTables(lines: readonly Line[]): Table[] {
  return lines.flatMap((line) => (line.data ? [limitsPart(dataOf<Limits>(line))] : []));
}

function proofsTable(lines: readonly Line[]): Table {
  const rooms = new Map<string, { passed: number; failed: number; left: number; worst: number }>();
  for (const { step, error, data } of lines) {
    const [room] = step.split(': ');
    if (room === step) continue;
    const { left, ofTolerance = 0 } = (data ?? {}) as { left?: string; ofTolerance?: number };
    const row = rooms.get(room) ?? { passed: 0, failed: 0, left: 0, worst: 0 };
    if (error) row.failed++;
    else if (left) row.left++;
    else row.passed++;
    row.worst = Math.max(row.worst, ofTolerance);
    rooms.set(room, row);
  }
  return {
    title: 'Cases of the kernels',
    notes: ['The largest error as a share of the one allowed; left out is what asks for a feature that is not there.'],
    header: ['room', 'passed', 'failed', 'left out', 'largest error'],
    rows: [...rooms].map(([room, { passed, failed, left, worst }]) => [
      room,
      ...[passed, failed, left].map(String),
      percent(worst),
    ]),
  };
}

function tuningTables(lines: readonly Line[]): Table[] {
  const trials = lines.flatMap(({ step, data }) => {
    const { trial } = (data ?? {}) as { trial?: TrialNote };
    return trial ? [{ step, ...trial }] : [];
  });
  const rows = trials
    .sort((a, b) => `${a.step}${a.key}`.localeCompare(`${b.step}${b.key}`) || (a.seconds ?? 1e9) - (b.seconds ?? 1e9))
    .map(({ step, key, variant, compileSeconds, seconds: took, fault }) => [
      step,
      shapeWords(key),
      variantWords(variant),
      took === null ? (fault ?? '–').split('\n')[0].replaceAll('|', '/').slice(0, 120) : seconds(took),
      seconds(compileSeconds),
    ]);
  const chosen = lines.flatMap(({ step, data, seconds: took }) => {
    const { tuning } = (data ?? {}) as { tuning?: Tuning };
    if (!tuning) return [];
    const { scalar, encoding } = tuning.choices;
    return [[step, scalar?.variant ?? '–', encoding?.variant ?? '–', scaled(tuning.rate ?? NaN), seconds(took)]];
  });
  return [
    { title: 'Tuning: what was tried', header: ['size', 'kernel', 'variant', 'time', 'compiled in'], rows },
    { title: 'Tuning', header: ['size', 'scalar', 'features', 'rate, FLOP/s', 'took'], rows: chosen },
  ];
}

/** `product many {…}` in few words. */
function shapeWords(key: string): string {
  const at = key.indexOf('{');
  try {
    const shape = JSON.parse(key.slice(at)) as Record<string, string | number>;
    return `${key.slice(0, at)}${shape['prologue']} ${shape['epilogue'] ?? ''} ${shape['inputs']}×${shape['outputs']} ${shape['scalar']}`;
  } catch {
    return key;
  }
}

function variantWords(variant: string): string {
  const words = Object.entries(JSON.parse(variant) as Record<string, unknown>).map(([name, value]) =>
    name === 'kind'
      ? String(value)
      : `${name} ${typeof value === 'object' ? Object.values(value ?? {}).join('/') : String(value)}`,
  );
  return words.join(' ');
}

function trainingTable(lines: readonly Line[], torch: readonly Line[], unguarded: readonly Line[]): Table {
  const beside = torch.flatMap(({ data }) => {
    const { rate } = (data ?? {}) as { rate?: TorchRate };
    return rate ? [rate] : [];
  });
  const bare = unguarded.flatMap((line) => (line.data ? [dataOf<TrainingData>(line)] : []));
  const rows = lines.flatMap((line) => {
    if (!line.data) return [];
    const { size, mode, rate, rates, flopsOfImage, firstStepSeconds, bytesHeld, profile } = dataOf<TrainingData>(line);
    const other = (precision: string) =>
      beside.find((r) => r.dim === size.width && r.batch === size.batch && r.precision === precision)
        ?.imagesPerSecond ?? NaN;
    const without = bare.find(
      (one) => one.mode === mode && one.size.width === size.width && one.size.batch === size.batch,
    );
    return [
      [
        `${size.boxPixels}, ${size.width}×3, ${size.batch}`,
        mode,
        `${figures(rate)} (${figures(Math.min(...rates))}–${figures(Math.max(...rates))})`,
        `${scaled(rate * flopsOfImage)}FLOP/s`,
        ...['float32', 'tf32', 'amp'].map((precision) => figures(other(precision))),
        figures(rate / other('float32')),
        figures(rate / other('amp')),
        profile ? percent(profile.gpuSeconds / profile.wallSeconds) : '–',
        figures((without?.rate ?? NaN) / rate),
        megabytes(bytesHeld),
        seconds(firstStepSeconds),
      ],
    ];
  });
  const by = beside[0] ? `PyTorch ${beside[0].torch} on ${beside[0].device}.` : 'No PyTorch beside it.';
  return {
    title: 'Training, images/s',
    notes: [
      `${by} Device: Σ of the dispatches' own time over the clock's. Bare: without Dawn's robustness over with it.`,
    ],
    header: [
      ...['D, width, batch', 'kernels', 'images/s', 'products', 'float32', 'TF32', 'AMP', '/ float32', '/ AMP'],
      ...['device', 'bare', 'held', 'first step'],
    ],
    rows,
  };
}

const LONGEST = 12;

function profileTables(lines: readonly Line[]): Table[] {
  return lines.flatMap((line) => {
    const data = line.data ? dataOf<TrainingData>(line) : null;
    if (!data?.profile) return [];
    const { rows, gpuSeconds, wallSeconds } = data.profile;
    return [
      {
        title: `A step by dispatch, D=${data.size.boxPixels}, ${line.step}`,
        notes: [`${seconds(gpuSeconds)} on the device, ${seconds(wallSeconds)} by the clock; the ${LONGEST} longest.`],
        header: ['dispatch', 'count', 'time', 'share', 'FLOP/s', 'B/s'],
        rows: rows
          .slice(0, LONGEST)
          .map(({ label, count, seconds: took, flops, bytes }) => [
            label.replaceAll('|', '/'),
            String(count),
            seconds(took),
            percent(took / gpuSeconds),
            scaled(flops / took),
            scaled(bytes / took),
          ]),
      },
    ];
  });
}

function agreementTable(lines: readonly Line[]): Table {
  const columns = lines.flatMap(({ step, data }) =>
    data ? [{ step, ...(data as { every: number; losses: number[] }) }] : [],
  );
  const [first] = columns;
  const worst = (losses: number[]) =>
    first ? Math.max(...losses.map((loss, i) => Math.abs(loss / first.losses[i] - 1))) : NaN;
  return {
    title: 'Engines that agree: mean losses from one seed',
    header: ['steps', ...columns.map(({ step }) => step)],
    rows: first
      ? [
          ...first.losses.map((_, i) => [
            String((i + 1) * first.every),
            ...columns.map(({ losses }) => losses[i]?.toFixed(5) ?? '–'),
          ]),
          [`most from ${first.step}`, ...columns.map(({ losses }) => `${(100 * worst(losses)).toFixed(4)} %`)],
        ]
      : [],
  };
}

function fieldTables(lines: readonly Line[]): Table[] {
  const rows: string[][] = [];
  const poses: Table[] = [];
  for (const line of lines) {
    if (!line.data) continue;
    if ('rows' in (line.data as object)) poses.push(dataOf<Table>(line));
    else {
      const { firstSeconds, seconds: took, images } = dataOf<Times & { images?: number }>(line);
      const rate = images ? `${figures(images / took)} images/s` : '–';
      rows.push([line.step, seconds(took), rate, seconds(firstSeconds)]);
    }
  }
  return [
    { title: 'What a trained field is asked for', header: ['what', 'time', 'rate', 'the first'], rows },
    ...poses,
  ];
}

function factorsTable(lines: readonly Line[]): Table {
  const rows = lines.flatMap(({ data }) => {
    if (!data) return [];
    const { boxPixels, components, count, seconds: took, firstSeconds, bytesHeld } = data as FactorTimes;
    const rate = (part: number) => `${figures(count / part)} images/s`;
    return [
      [
        ...[`${boxPixels}, ${components}`, String(count), rate(took.images), rate(took.products), rate(took.insert)],
        ...[rate(took.images + took.products + took.insert), seconds(took.sums), seconds(firstSeconds)],
        megabytes(bytesHeld),
      ],
    ];
  });
  return {
    title: "A linear model's sums",
    notes: ['By the clock, with what is read back; the sums are read once an iteration.'],
    header: [
      ...['D, components', 'batch', 'uploaded', 'products', 'added', 'all three', 'sums read', 'first batch', 'held'],
    ],
    rows,
  };
}

function launchesTable(lines: readonly Line[]): Table {
  const rows = lines.flatMap((line) => {
    const data = (line.data ?? {}) as Partial<Swept>;
    if (!data.rows || data.gpuSeconds === undefined) return [];
    const { gpuSeconds, dispatches = 1 } = data;
    return data.rows.map(({ submissions, seconds: took }) => [
      line.step,
      String(submissions),
      seconds(took),
      seconds(took / dispatches),
      seconds(gpuSeconds),
    ]);
  });
  const header = ['dispatch', 'submissions of 64', 'all, by the clock', 'each', 'each, on the device'];
  return { title: 'Launches', header, rows };
}

function slicesTable(lines: readonly Line[]): Table {
  const rows = lines.flatMap((line) => {
    const { variant, rows: timed } = (line.data ?? {}) as {
      variant?: string;
      rows?: { workgroups: number; seconds: number }[];
    };
    if (!variant || !timed) return [];
    return timed.map(({ workgroups, seconds: took }) => [
      line.step,
      variantWords(variant),
      String(workgroups),
      seconds(took),
    ]);
  });
  return { title: 'Slices', header: ['what', 'variant', 'workgroups wanted', 'time'], rows };
}

function startTable(lines: readonly Line[]): Table {
  return {
    title: 'To the first step',
    header: ['what', 'device', 'kernels chosen, model made', 'first step', 'in all'],
    rows: lines.flatMap(({ step, data }) => {
      if (!data) return [];
      const { deviceSeconds, modelSeconds, stepSeconds, allSeconds } = data as Record<string, number>;
      return [[step, ...[deviceSeconds, modelSeconds, stepSeconds, allSeconds].map(seconds)]];
    }),
  };
}

function failuresTable(lines: readonly Line[]): Table {
  return {
    title: 'What failed',
    header: ['part', 'step', 'why'],
    rows: lines.flatMap(({ part, step, error }) =>
      error ? [[part, step, error.split('\n')[0].replaceAll('|', '/').slice(0, 200)]] : [],
    ),
  };
}
