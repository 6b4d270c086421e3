// A run folder: a cryoDRGN work directory (config.yaml, weights.N.pkl, z.N.pkl, pose.pkl, ctf.pkl, ind.pkl) plus
// vitrine.json. Opens cryoDRGN's own folders too, which lack vitrine.json; old ones have config.pkl, and their last
// epoch's files no number. Each epoch's files are written before
// vitrine.json counts it, and older ones go after: a crash at any moment leaves a run that goes on from a whole epoch.
import { configFromField, fieldFromConfig, type DatasetArguments } from '../field/config.ts';
import type { FieldDescription } from '../field/description.ts';
import type { OptimizerArguments } from '../field/kind.ts';
import { kindOf, latentDimension } from '../field/kinds.ts';
import { VitrineError } from '../base/errors.ts';
import { readCryodrgnPickle, writeLatentsPickle, writePosePickle } from '../formats/cryodrgn-pickles.ts';
import { readCsv } from '../formats/csv.ts';
import { writeMrcVolume } from '../formats/mrc-write.ts';
import type { Poses } from '../formats/particles.ts';
import { readTorchCheckpoint } from '../formats/torch-checkpoint.ts';
import { writeTorchCheckpoint } from '../formats/torch-checkpoint-write.ts';
import { writeYamlConfig, type YamlConfig } from '../formats/yaml-config.ts';
import { newOptimizer } from '../inference/start.ts';
import type { StartBookmark } from '../inference/em-start/start-plan.ts';
import type { Checkpoint } from '../inference/training.ts';
import { writeJson } from './arrays.ts';
import { momentsName, readLatentLearning, saveLatentMoments } from './latent-learning.ts';
import { CONFIG_NAMES, readRunConfig } from './run-config.ts';
import { readAll, readRecord } from './records.ts';
import { completeRunRecord, type RunRecord } from './run-record.ts';
import { RUN_RECORD } from './schemas.ts';
import { readStartBookmark, writeStartBookmark } from './start-bookmark.ts';
import type { Storage } from './storage.ts';

/** What a run's config.yaml says: its field, and of the images that it was trained on. */
export type RunField = FieldDescription & { dataset: DatasetArguments };

/** Latents of an epoch, a row a particle. */
export interface EpochLatents {
  epoch: number;
  zDim: number;
  count: number;
  /** count×zDim. */
  mu: Float32Array;
  logVariance: Float32Array | null;
}

/** A run's folder on a storage: its record, configuration, checkpoints, latents and poses. */
export class RunFolder {
  private updating: Promise<unknown> = Promise.resolve();
  /** Epoch that weights.pkl says, once it was looked up. */
  private unnumbered: number | null | undefined;

  constructor(
    readonly storage: Storage,
    /** '' for the storage's root. */
    readonly folder: string,
  ) {}

  path(name: string): string {
    return this.folder === '' ? name : `${this.folder}/${name}`;
  }

  /** Null for a folder that Vitrine has not made. Errors: 'record-newer', 'record-damaged'. */
  async record(): Promise<RunRecord | null> {
    const written = await readRecord<RunRecord>(this.storage, this.path('vitrine.json'), RUN_RECORD);
    if (!written) return null;
    const record = completeRunRecord(written);
    const name = await this.storage.read(this.path('name.txt'));
    return name ? { ...record, name: new TextDecoder().decode(name) } : record;
  }

  async writeRecord(record: RunRecord): Promise<void> {
    await writeJson(this.storage, this.path('vitrine.json'), record);
  }

  /** Changes some fields; changes made through one RunFolder come one after the other and none is lost. */
  update(changes: Partial<RunRecord>): Promise<RunRecord> {
    const changed = this.updating.then(async () => {
      const record = await this.record();
      if (!record)
        throw new VitrineError('file-missing', 'The folder has no vitrine.json: this run cannot be resumed here.', {
          file: 'vitrine.json',
          advice: 'Train anew; runs of cryoDRGN can be decoded, encoded and analysed.',
        });
      const next = { ...record, ...changes };
      await this.writeRecord(next);
      return next;
    });
    this.updating = changed.catch(() => {});
    return changed;
  }

  /** The name has a file of its own: the worker that trains keeps writing vitrine.json. */
  async rename(name: string): Promise<void> {
    await this.storage.write(this.path('name.txt'), name);
  }

  async writeConfig(field: FieldDescription, dataset: DatasetArguments, seed: number): Promise<void> {
    const config = { ...configFromField(field, dataset, seed), time: new Date().toISOString(), version: 'vitrine' };
    await this.storage.write(this.path('config.yaml'), writeYamlConfig(config as YamlConfig));
  }

  /** Errors: 'file-missing' where there is no config.yaml or config.pkl, 'yaml-syntax', those of pickles. */
  async field(): Promise<RunField> {
    for (const name of CONFIG_NAMES) {
      const bytes = await this.storage.read(this.path(name));
      if (bytes) return fieldFromConfig(readRunConfig(bytes, name));
    }
    throw new VitrineError('file-missing', 'This is not a run folder: it has no config.yaml.', {
      file: 'config.yaml',
      expected: 'a folder written by Vitrine or by cryoDRGN',
      advice: 'Name the folder that was given to -o when training.',
    });
  }

  /** Epochs whose weights are kept, ascending. */
  async epochs(): Promise<number[]> {
    const entries = await this.storage.list(this.folder);
    const numbers = entries.flatMap(({ name }) => {
      const match = /^weights\.(\d+)\.pkl$/.exec(name);
      return match ? [Number(match[1])] : [];
    });
    const last = entries.some(({ name }) => name === 'weights.pkl') ? await this.unnumberedEpoch() : null;
    if (last !== null && !numbers.includes(last)) numbers.push(last);
    return numbers.sort((a, b) => a - b);
  }

  /**
   * The epoch of weights.pkl and z.pkl, which cryoDRGN before 3.5 wrote without a number at the end of a training: as the
   * weights say; null where there is no such file. Errors: those of reading it.
   */
  async unnumberedEpoch(): Promise<number | null> {
    if (this.unnumbered !== undefined) return this.unnumbered;
    const bytes = await this.storage.read(this.path('weights.pkl'));
    const epoch = bytes && readTorchCheckpoint(bytes, 'weights.pkl').get('epoch');
    this.unnumbered = bytes ? (typeof epoch === 'number' ? epoch : 0) : null;
    return this.unnumbered;
  }

  /** "weights.20.pkl"; without the number where only that is there. */
  private async nameOf(kind: 'weights' | 'z', epoch: number): Promise<string> {
    const numbered = `${kind}.${epoch}.pkl`;
    const entries = await this.storage.list(this.folder);
    if (entries.some(({ name }) => name === numbered) || epoch !== (await this.unnumberedEpoch())) return numbered;
    return `${kind}.pkl`;
  }

  /** The last epoch where `epoch` is null. Error 'file-missing' where its weights are not kept. */
  private async epochOf(epoch: number | null): Promise<number> {
    const epochs = await this.epochs();
    const wanted = epoch ?? epochs.at(-1);
    if (wanted === undefined || !epochs.includes(wanted))
      throw new VitrineError('file-missing', `The run keeps no weights of epoch ${epoch ?? 1}.`, {
        file: `weights.${epoch ?? 1}.pkl`,
        found: epochs.length > 0 ? `epochs ${epochs.join(', ')}` : 'none',
        advice: epochs.length > 0 ? 'Choose one of the epochs that are kept.' : 'Train for at least one epoch.',
      });
    return wanted;
  }

  async writeWeights(
    field: FieldDescription,
    checkpoint: Pick<Checkpoint, 'epoch' | 'field' | 'weights' | 'optimizer'>,
    optimizer: OptimizerArguments,
  ): Promise<void> {
    const name = `weights.${checkpoint.epoch}`;
    const bytes = writeTorchCheckpoint(kindOf(field).toCheckpoint(field, checkpoint, optimizer), name);
    await this.storage.write(this.path(`${name}.pkl`), bytes);
  }

  async saveCheckpoint(
    field: FieldDescription,
    checkpoint: Checkpoint,
    optimizer: OptimizerArguments,
    keepEvery: number,
  ): Promise<void> {
    const { epoch, latents } = checkpoint;
    await this.writeWeights(field, checkpoint, optimizer);
    if (latents)
      await this.storage.write(
        this.path(`z.${epoch}.pkl`),
        writeLatentsPickle(latentDimension(field), latents.mu, latents.logVariance),
      );
    if (checkpoint.latentLearning)
      await saveLatentMoments(this, checkpoint.latentLearning, { epoch, zDim: latentDimension(field) });
    if (checkpoint.poses) await this.savePoses(epoch, checkpoint.poses, checkpoint.tiltedPoses);
    await this.update({ epochsDone: epoch, history: checkpoint.history });
    for (const old of await this.epochs()) {
      if (old >= epoch || old % keepEvery === 0) continue;
      for (const kind of ['weights', 'z', 'pose', 'pose_tilted'])
        await this.storage.remove(this.path(`${kind}.${old}.pkl`));
      await this.storage.remove(this.path(momentsName(old)));
    }
  }

  /** Poses that an ab initio run found, of an epoch (0 for its start) and as the latest. */
  async savePoses(epoch: number, poses: Poses, tilted?: Poses): Promise<void> {
    for (const name of [`pose.${epoch}.pkl`, 'pose.pkl'])
      await this.storage.write(this.path(name), writePosePickle(poses));
    if (!tilted) return;
    for (const name of [`pose_tilted.${epoch}.pkl`, 'pose_tilted.pkl'])
      await this.storage.write(this.path(name), writePosePickle(tilted));
  }

  /** Null where that epoch has none of its own. */
  async poses(epoch: number, kind: 'pose' | 'pose_tilted' = 'pose'): Promise<Poses | null> {
    const name = `${kind}.${epoch}.pkl`;
    const bytes = await this.storage.read(this.path(name));
    if (!bytes) return null;
    const read = readCryodrgnPickle(bytes, name);
    if (read.kind !== 'poses')
      throw new VitrineError('pickle-syntax', 'The file does not hold poses.', { file: name, found: read.kind });
    return read.poses;
  }

  async saveStartBookmark(bookmark: StartBookmark): Promise<void> {
    await this.storage.write(this.path('start_bookmark.pkl'), writeStartBookmark(bookmark));
  }

  /** Null where a start has not begun, or has come to its end. */
  async startBookmark(): Promise<StartBookmark | null> {
    const bytes = await this.storage.read(this.path('start_bookmark.pkl'));
    return bytes && readStartBookmark(bytes);
  }

  async removeStartBookmark(): Promise<void> {
    await this.storage.remove(this.path('start_bookmark.pkl'));
  }

  /** Maps of an ab initio run's start: start_1.mrc …, and each image's class where there are several. */
  async saveStart(
    maps: readonly Float32Array[],
    mapPixels: number,
    pixelSizeAngstrom: number,
    classes: Uint32Array | null,
  ) {
    for (const [i, map] of maps.entries())
      await this.storage.write(
        this.path(`start_${i + 1}.mrc`),
        writeMrcVolume({ boxPixels: mapPixels, pixelSizeAngstrom, values: map }),
      );
    if (!classes) return;
    const text = `class\n${Array.from(classes).join('\n')}\n`;
    await this.storage.write(this.path('start_classes.csv'), new TextEncoder().encode(text));
  }

  /** Class of each image, from 0; null where the start had one class. */
  async startClasses(): Promise<Uint32Array | null> {
    const bytes = await this.storage.read(this.path('start_classes.csv'));
    return bytes && Uint32Array.from(readCsv(bytes, 'start_classes.csv').columns[0].values);
  }

  /** Errors: 'file-missing', 'checkpoint-syntax'. */
  async loadCheckpoint(epoch: number | null): Promise<{ field: RunField; checkpoint: Checkpoint }> {
    const field = await this.field();
    const wanted = await this.epochOf(epoch);
    const name = await this.nameOf('weights', wanted);
    const bytes = await this.storage.read(this.path(name));
    const read = kindOf(field).fromCheckpoint(readTorchCheckpoint(bytes ?? new Uint8Array(0), name), field);
    const latents = await this.latents(wanted);
    const learning =
      latents && (await readLatentLearning(this, { epoch: wanted, values: latents.mu.length, count: latents.count }));
    const history = (await this.record())?.history ?? [];
    return {
      field,
      checkpoint: {
        epoch: wanted,
        field: read.field,
        weights: read.weights,
        optimizer: read.optimizer ?? newOptimizer(read.weights),
        latents: latents && {
          mu: latents.mu,
          logVariance: latents.logVariance ?? new Float32Array(latents.mu.length),
        },
        ...(learning && { latentLearning: learning }),
        history: history.filter((summary) => summary.epoch <= wanted),
      },
    };
  }

  /** Latents of an epoch, the last one kept where null; null where the run has none. */
  async latents(epoch: number | null): Promise<EpochLatents | null> {
    const wanted = epoch ?? (await this.epochs()).at(-1);
    if (wanted === undefined) return null;
    const name = await this.nameOf('z', wanted);
    const bytes = await this.storage.read(this.path(name));
    if (!bytes) return null;
    const read = readCryodrgnPickle(bytes, name);
    if (read.kind !== 'latents')
      throw new VitrineError('pickle-syntax', 'The file does not hold latents.', { file: name, found: read.kind });
    return { epoch: wanted, zDim: read.zDim, count: read.count, mu: read.mu, logVariance: read.logVariance };
  }
}

/** The runs of a storage: runs/ID/. */
export class RunLibrary {
  constructor(readonly storage: Storage) {}

  folder(id: string): RunFolder {
    return new RunFolder(this.storage, `runs/${id}`);
  }

  /** Those whose records can be read, newest first. */
  async list(): Promise<RunRecord[]> {
    return (await this.listAll()).records;
  }

  /** Newest first, and what was wrong with records that cannot be read. */
  async listAll(): Promise<{ records: RunRecord[]; damaged: VitrineError[] }> {
    const names = (await this.storage.list('runs')).map(({ name }) => name);
    const { records, damaged } = await readAll(names, (name) => this.folder(name).record());
    return { records: records.sort((a, b) => (a.created < b.created ? 1 : -1)), damaged };
  }

  /** Error 'file-missing'. */
  async record(id: string): Promise<RunRecord> {
    const record = await this.folder(id).record();
    if (!record) throw new VitrineError('file-missing', 'This run is no longer kept.', { field: id });
    return record;
  }

  async remove(id: string): Promise<void> {
    await this.storage.remove(`runs/${id}`);
  }
}

/** Å of a pixel after a field of view of `fromPixels` pixels was sampled by `toPixels` instead. */
export function mapPixelSize(fromPixels: number, pixelSizeAngstrom: number, toPixels: number): number {
  return (pixelSizeAngstrom * fromPixels) / toPixels;
}
