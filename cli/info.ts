// vitrine info FILE: what a file is and what it holds.
import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { boxPixelsOf, isHeterogeneous, kindOf, latentDimension } from '../src/field/kinds.ts';
import { VitrineError } from '../src/base/errors.ts';
import { chainWords } from '../src/jobs/chain-words.ts';
import { reproducibleWords } from '../src/jobs/linear-words.ts';
import { readChainReport } from '../src/library/chain-files.ts';
import { readLinearReport } from '../src/library/linear-files.ts';
import { readMrcVolume } from '../src/formats/mrc-volume.ts';
import { unpacked } from '../src/formats/unpack.ts';
import { act } from './command.ts';
import type { Console } from './console.ts';
import { describeTable } from './describe-table.ts';
import { openFile, understandFiles } from './files.ts';
import {
  addParticleOptions,
  particleOptionsOf,
  refuseParticleOptions,
  type ParticleOptions,
} from './particle-options.ts';
import { engineWords, openRun, type OpenRun } from './runs.ts';

interface Info {
  kind: string;
  particles: number | null;
  boxPixels: number | null;
  pixelSizeAngstrom: number | null;
  opticsGroups: number;
  hasPoses: boolean;
  hasCtf: boolean;
  warnings: string[];
  /** Of a table whose stacks are not at hand: its columns, and the stacks as it names them. */
  columns?: readonly string[];
  missingStacks?: string[];
  /** What the file is, in one line. */
  says: string;
}

export function addInfo(program: Command): void {
  const command = program.command('info').description('What a file or run folder holds.').argument('<file>');
  addParticleOptions(command);
  act(command, async ([file], raw, console) => {
    const options = particleOptionsOf(raw);
    const info = statSync(file, { throwIfNoEntry: false })?.isDirectory()
      ? await runInfo(file, options)
      : await fileInfo(file, options, console);
    for (const [key, value] of Object.entries(info)) {
      if (key === 'warnings') continue;
      const words = Array.isArray(value) ? listInWords(value) : String(value);
      console.say(`${key.padEnd(18)} ${value === null ? '–' : words}`);
    }
    for (const warning of info.warnings) console.warn(`warning: ${warning}`);
    console.result(info);
  });
}

async function fileInfo(path: string, options: ParticleOptions, console: Console): Promise<Info> {
  const file = openFile(path);
  const { files, set, warnings, questions } = await understandFiles(
    path,
    options,
    console,
    options.leaveOutBad ? 'all' : 'sample',
    { mustBeParticles: false },
  );
  const [main] = files;
  const info: Info = {
    kind: main.role,
    particles: set?.count ?? null,
    boxPixels: set?.boxPixels ?? null,
    pixelSizeAngstrom: set?.pixelSizeAngstrom ?? null,
    opticsGroups: set ? Math.max(1, set.opticsGroups.length) : 0,
    hasPoses: (set?.poses ?? null) !== null,
    hasCtf: (set?.ctf ?? null) !== null,
    warnings: warnings.map(({ message, field, advice }) =>
      field === '--passthrough' ? `${message} ${advice ?? ''}` : message,
    ),
    says: main.says,
  };
  for (const question of questions) {
    if (question.kind === 'pixel-size') info.warnings.push(question.reason);
    if (question.kind === 'reading') info.warnings.push(`${question.title} ${question.reason}`);
    if (question.kind === 'bad-pixels') info.warnings.push(`${question.count} images have pixels that are not finite.`);
  }
  if (set) return failing(files) ?? info;
  // Tables are often looked at without their stacks: what they hold by themselves is told, with what is missing.
  if (!main.error || WITHOUT_STACKS.has(main.error.code)) {
    const passthrough = files.filter(({ role, error }) => role === 'cs-passthrough' && !error).map(({ path }) => path);
    const table = await describeTable(file, passthrough.map(openFile));
    if (table) {
      const { stacks, warnings: more, ...rest } = table;
      const present = new Set(files.map((one) => one.path));
      if (main.error) info.warnings.push(`${main.error.message} ${main.error.advice ?? ''}`);
      info.warnings.push(...more);
      return { ...info, ...rest, missingStacks: stacks.filter((stack) => !present.has(stack)) };
    }
  }
  if (main.error) throw VitrineError.fromData(main.error);
  if (main.role === 'volume') {
    const { boxPixels, pixelSizeAngstrom, notices } = await readMrcVolume(await unpacked(file));
    return {
      ...info,
      boxPixels,
      pixelSizeAngstrom,
      warnings: [...info.warnings, ...notices.map(({ message }) => message)],
    };
  }
  // Of other files the one line says it: "poses of 4,000 particles".
  const count = /\b(\d[\d,]*) (?:particles|images|rows|values|indices)/.exec(main.says);
  const particles = count ? Number(count[1].replaceAll(',', '')) : null;
  return {
    ...info,
    particles,
    hasPoses: main.role === 'poses',
    hasCtf: main.role === 'ctf',
  };
}

/** Errors of a table that is in order but whose images cannot be had. */
const WITHOUT_STACKS = new Set(['star-image-missing', 'ambiguous', 'cs-syntax']);
const LISTED = 12;

function listInWords(values: unknown[]): string {
  if (values.every((value) => typeof value === 'number')) return String(values);
  const more = values.length > LISTED ? ` … ${values.length} in all` : '';
  return values.slice(0, LISTED).map(String).join(', ') + more;
}

function failing(files: { error?: Parameters<typeof VitrineError.fromData>[0] }[]): null {
  const failed = files.find(({ error }) => error);
  if (failed?.error) throw VitrineError.fromData(failed.error);
  return null;
}

async function runInfo(
  path: string,
  options: ParticleOptions,
): Promise<Info & { epochs: number[]; computedOn: string | null }> {
  refuseParticleOptions(options, 'a run folder says itself what it was made of.');
  const opened = await openRun(path);
  const field = await opened.run.field();
  const { dataset } = field;
  const latents = await opened.run.latents(null);
  const linear = latents && (await readLinearReport(opened.run));
  const chain = latents && (await readChainReport(opened.run));
  const dimension = latentDimension(field);
  const structures = isHeterogeneous(field)
    ? `${dimension} latent dimension${dimension === 1 ? '' : 's'}`
    : 'one structure';
  const words = [...(linear ? [reproducibleWords(linear)] : []), ...(chain ? [chainWords(chain)] : [])];
  return {
    kind: opened.record ? 'run' : 'cryodrgn run',
    particles: opened.record?.particles ?? latents?.count ?? null,
    boxPixels: boxPixelsOf(field),
    pixelSizeAngstrom: opened.pixelSizeAngstrom,
    opticsGroups: 0,
    hasPoses: dataset.poses !== null,
    hasCtf: dataset.ctf !== null,
    warnings: await unnumberedFiles(opened),
    says: [`a run of ${structures} (${kindOf(field).title})`, ...words].join('; '),
    epochs: await opened.run.epochs(),
    computedOn: opened.record?.device ? engineWords({ device: opened.record.device }) : null,
  };
}

/** cryoDRGN before 3.5 wrote its last epoch without a number. */
async function unnumberedFiles({ run }: OpenRun): Promise<string[]> {
  const epoch = await run.unnumberedEpoch();
  return epoch === null ? [] : [`weights.pkl and z.pkl, which have no number, are taken as epoch ${epoch}.`];
}
