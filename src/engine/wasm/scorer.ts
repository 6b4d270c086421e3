// The scorer on the CPU (../scoring/scorer.ts): images pass in chunks through kernels that all threads run together.
import { VitrineError } from '../../base/errors.ts';
import type {
  Expectation,
  ExpectationRequest,
  FourierCube,
  OwnRequest,
  PoseScorer,
  Scores,
  SearchImages,
  SearchPoints,
  SharedRequest,
  SliceSource,
} from '../scoring/scorer.ts';
import type { Entry, KernelModule } from './kernels.ts';
import { panelStride } from './memory-plan.ts';
import { OWN_PANEL_WORDS, PANELS_A_BLOCK, Scoring } from './scoring-fields.ts';
import { RegionMemory } from './region-memory.ts';
import type { Threads } from './threads.ts';

/** Bytes of moved images, of given slices and of weights that are held at a time. */
const MOVED_BYTES = 24 * 2 ** 20;
const GIVEN_BYTES = 32 * 2 ** 20;
const WEIGHT_BYTES = 48 * 2 ** 20;
const MOST_IMAGES = 64;
const ROWS_A_BLOCK = 8 * PANELS_A_BLOCK;

const roundUp = (n: number, to: number): number => Math.ceil(n / to) * to;

/** The PoseScorer on WebAssembly (../scoring/scorer.ts; its twin is the formula as it stands). */
export class WasmScorer implements PoseScorer {
  private readonly volumesAt: number;
  private requestAt: number;
  private cubes = { count: 0, floats: 0, reach: 0, oversampling: 0 };
  private images = { count: 0, values: new Float32Array(0), squaredCtf: new Float32Array(0) };
  private disposed = false;

  private constructor(
    readonly points: SearchPoints,
    private readonly memory: RegionMemory<Scoring>,
    private readonly threads: Threads,
    private readonly id: number,
  ) {
    const { count, boxPixels, x, y } = points;
    memory.take(Scoring.pointX, 4 * (count + 8));
    memory.take(Scoring.pointY, 4 * (count + 8));
    memory.settle();
    memory.setWord(Scoring.allPoints, count);
    memory.floats(Scoring.pointX, count).set(x.map((k) => k / boxPixels));
    memory.floats(Scoring.pointY, count).set(y.map((k) => k / boxPixels));
    this.volumesAt = memory.mark;
    this.requestAt = memory.mark;
  }

  static async create(id: number, threads: Threads, kernels: KernelModule, points: SearchPoints): Promise<WasmScorer> {
    const memory = new RegionMemory<Scoring>(kernels.shared, {
      headerWords: Scoring.length,
      refusal: 'There is not enough memory to search poses at this size.',
      advice: 'Search at a smaller box or band limit.',
    });
    const scorer = new WasmScorer(points, memory, threads, id);
    await threads.open(id, kernels, memory.memory);
    return scorer;
  }

  setVolumes(cubes: readonly FourierCube[]): Promise<void> {
    const { memory } = this;
    const [{ reach, oversampling, values }] = cubes;
    this.cubes = { count: cubes.length, floats: values.length, reach, oversampling };
    memory.rewind(this.volumesAt);
    // A sample reads a vector beyond the last coefficient.
    memory.take(Scoring.cubes, 4 * values.length * cubes.length + 16);
    memory.settle();
    cubes.forEach((cube, i) => memory.floats(Scoring.cubes, values.length, i * values.length).set(cube.values));
    memory.setWord(Scoring.cubeBytes, 4 * values.length);
    memory.setWord(Scoring.reach, reach);
    memory.setReal(Scoring.cubeScale, oversampling * this.points.boxPixels);
    this.requestAt = memory.mark;
    return Promise.resolve();
  }

  setImages({ count, values, ctf }: SearchImages): Promise<void> {
    const moments = count * this.points.count;
    const weighted = values.slice(0, 2 * moments);
    const squaredCtf = new Float32Array(moments).fill(1);
    if (ctf)
      for (let i = 0; i < moments; i++) {
        weighted[2 * i] *= ctf[i];
        weighted[2 * i + 1] *= ctf[i];
        squaredCtf[i] = ctf[i] * ctf[i];
      }
    this.images = { count, values: weighted, squaredCtf };
    return Promise.resolve();
  }

  async scoreShared({ source, translations, points }: SharedRequest): Promise<Scores> {
    const perVolume = source.slices ? source.slices.length / (2 * points) : source.rotations.length / 9;
    const slices = source.slices ? perVolume : perVolume * this.cubes.count;
    const { count } = this.images;
    const scores = { errors: new Float32Array(count * slices), translations: new Uint16Array(count * slices) };
    const atATime = source.slices
      ? Math.max(ROWS_A_BLOCK, Math.floor(GIVEN_BYTES / (8 * points * ROWS_A_BLOCK)) * ROWS_A_BLOCK)
      : slices;
    for (let from = 0; from < slices; from += atATime) {
      const rows = Math.min(atATime, slices - from);
      const padded = roundUp(rows, ROWS_A_BLOCK);
      this.begin(points, translations, source.slices === undefined);
      const { memory } = this;
      const chunk = Math.min(this.imagesAChunk(points), Math.max(1, Math.floor(MOVED_BYTES / (4 * padded))));
      this.takeSlices(source, rows, source.slices ? rows : perVolume, points);
      this.takeImages(chunk, points);
      memory.take(Scoring.errors, 4 * chunk * padded);
      memory.take(Scoring.bestTranslations, 4 * chunk * padded);
      this.takeArenas(points, chunk, false);
      memory.settle();
      this.copySlices(source, from, source.slices ? rows : perVolume, points);
      await this.inChunks(chunk, 'scoreShared', (first, images) => {
        const errors = memory.floats(Scoring.errors, images * padded);
        const numbers = memory.words(Scoring.bestTranslations, images * padded);
        for (let b = 0; b < images; b++) {
          const to = (first + b) * slices + from;
          scores.errors.set(errors.subarray(b * padded, b * padded + rows), to);
          scores.translations.set(numbers.subarray(b * padded, b * padded + rows), to);
        }
      });
    }
    return scores;
  }

  async scoreOwn({ source, perImage, centres, offsets, points, volumes }: OwnRequest): Promise<Scores> {
    const { memory } = this;
    const { count } = this.images;
    const scores = { errors: new Float32Array(count * perImage), translations: new Uint16Array(count * perImage) };
    const limit = Math.max(1, Math.floor(GIVEN_BYTES / (perImage * (source.slices ? 8 * points : 100))));
    const chunk = Math.min(count, MOST_IMAGES, limit);
    for (let first = 0; first < count; first += chunk) {
      const images = Math.min(chunk, count - first);
      const panels = ownPanels(first, images, perImage, centres, volumes ?? null);
      const panelCount = panels.length / OWN_PANEL_WORDS;
      this.begin(points, offsets, source.slices === undefined);
      const rows = images * perImage;
      this.takeSlices(source, rows, rows, points);
      this.takeImages(images, points, false);
      memory.take(Scoring.panels, 4 * panels.length);
      memory.take(Scoring.errors, 32 * panelCount);
      memory.take(Scoring.bestTranslations, 32 * panelCount);
      this.takeArenas(points, 0, true);
      memory.settle();
      memory.setWord(Scoring.panelCount, panelCount);
      const words = memory.words(Scoring.panels, panels.length);
      words.set(new Int32Array(panels.buffer));
      this.copySlices(source, first * perImage, rows, points);
      this.copyImages(first, images);
      await this.run('scoreOwn');
      const errors = memory.floats(Scoring.errors, 8 * panelCount);
      const numbers = memory.words(Scoring.bestTranslations, 8 * panelCount);
      for (let panel = 0; panel < panelCount; panel++) {
        const [, slice, length] = words.subarray(panel * OWN_PANEL_WORDS, panel * OWN_PANEL_WORDS + 3);
        scores.errors.set(errors.subarray(8 * panel, 8 * panel + length), first * perImage + slice);
        scores.translations.set(numbers.subarray(8 * panel, 8 * panel + length), first * perImage + slice);
      }
    }
    return scores;
  }

  async expect({ rotations, translations, points, variance }: ExpectationRequest): Promise<Expectation> {
    const { memory } = this;
    const perVolume = rotations.length / 9;
    const slices = perVolume * this.cubes.count;
    const panels = Math.ceil(slices / 8);
    const { count } = this.images;
    this.begin(points, translations, true);
    const padded = roundUp(translations.length / 2, 4);
    const byWeights = Math.floor(WEIGHT_BYTES / (panels * padded * 32));
    const chunk = Math.min(this.imagesAChunk(points), Math.max(1, byWeights));
    this.takeSlices({ rotations }, slices, perVolume, points);
    this.takeImages(chunk, points);
    memory.take(Scoring.turned, 16 * Math.ceil(points / 2) * chunk * padded);
    const weightStride = panelStride(chunk * padded);
    memory.take(Scoring.weights, panels * weightStride);
    const statistics = [Scoring.peaks, Scoring.sums, Scoring.squareSums, Scoring.logSums, Scoring.peakPlaces];
    for (const field of statistics) memory.take(field, 4 * panels * chunk);
    memory.take(Scoring.imagePeak, 4 * chunk);
    memory.take(Scoring.imageScale, 4 * chunk);
    const numeratorStride = panelStride(roundUp(2 * points, 4));
    const denominatorStride = panelStride(points);
    memory.take(Scoring.numerator, panels * numeratorStride);
    memory.take(Scoring.denominator, panels * denominatorStride);
    this.takeArenas(points, chunk, false);
    memory.settle();
    memory.setWord(Scoring.weightStride, weightStride);
    memory.setWord(Scoring.numeratorStride, numeratorStride);
    memory.setWord(Scoring.denominatorStride, denominatorStride);
    memory.setReal(Scoring.inverseVariance, 1 / variance);
    memory.floats(Scoring.numerator, (panels * numeratorStride) / 4).fill(0);
    memory.floats(Scoring.denominator, (panels * denominatorStride) / 4).fill(0);
    this.copySlices({ rotations }, 0, perVolume, points);
    const result: Expectation = {
      numerator: new Float32Array(2 * slices * points),
      denominator: new Float32Array(slices * points),
      bestRotation: new Uint32Array(count),
      bestTranslation: new Uint16Array(count),
      logEvidence: new Float32Array(count),
      effectivePoses: new Float32Array(count),
      expectedError: new Float32Array(count),
    };
    await this.inChunks(chunk, 'expectChunk', (first, images) =>
      this.readStatistics(result, first, images, panels, variance),
    );
    const fromPanels = (field: Scoring, stride: number, columns: number, out: Float32Array): void => {
      const floats = memory.floats(field, (panels * stride) / 4);
      for (let row = 0; row < slices; row++) {
        const from = (row >> 3) * (stride / 4) + (row & 7);
        for (let i = 0; i < columns; i++) out[row * columns + i] = floats[from + 8 * i];
      }
    };
    fromPanels(Scoring.numerator, numeratorStride, 2 * points, result.numerator);
    fromPanels(Scoring.denominator, denominatorStride, points, result.denominator);
    return result;
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.threads.close(this.id);
  }

  private readStatistics(result: Expectation, first: number, images: number, panels: number, variance: number): void {
    const { memory } = this;
    const read = (field: Scoring) => memory.floats(field, panels * images);
    const [peaks, sums, squares, logs] = [Scoring.peaks, Scoring.sums, Scoring.squareSums, Scoring.logSums].map(read);
    const places = memory.words(Scoring.peakPlaces, panels * images);
    const imagePeak = memory.floats(Scoring.imagePeak, images);
    for (let b = 0; b < images; b++) {
      let [sum, square, log] = [0, 0, 0];
      let best = -1;
      for (let panel = 0; panel < panels; panel++) {
        const at = panel * images + b;
        sum += sums[at];
        square += squares[at];
        log += logs[at];
        if (best < 0 && peaks[at] === imagePeak[b]) best = panel;
      }
      const place = places[best * images + b];
      result.bestRotation[first + b] = 8 * best + (place & 7);
      result.bestTranslation[first + b] = place >> 3;
      result.logEvidence[first + b] = Math.log(sum) + imagePeak[b];
      result.effectivePoses[first + b] = (sum * sum) / square;
      result.expectedError[first + b] = (-variance * log) / sum;
    }
  }

  /** Forgets the request before; translations and what depends on the points. */
  private begin(points: number, translations: Float32Array, fromVolumes: boolean): void {
    const { memory, cubes } = this;
    const { radius, count } = this.points;
    if (this.disposed) throw new VitrineError('device-lost', 'This search was already disposed of.');
    if (points < 1 || points > count) throw new RangeError(`${points} of ${count} points`);
    if (fromVolumes && (cubes.count === 0 || radius[points - 1] * cubes.oversampling + 1 > cubes.reach))
      throw new RangeError(`The volume does not reach ${radius[points - 1]} Fourier pixels.`);
    memory.rewind(this.requestAt);
    const padded = roundUp(translations.length / 2, 4);
    memory.take(Scoring.translationList, 4 * translations.length);
    memory.take(Scoring.phases, 8 * padded * points);
    memory.settle();
    memory.floats(Scoring.translationList, translations.length).set(translations);
    memory.setWord(Scoring.points, points);
    memory.setWord(Scoring.translations, translations.length / 2);
    memory.setWord(Scoring.paddedTranslations, padded);
    memory.setWord(Scoring.movedBytes, 8 * padded * points);
    memory.setWord(Scoring.sliceStride, panelStride(2 * points));
    this.padded = padded;
  }
  private padded = 0;

  private imagesAChunk(points: number): number {
    const most = Math.floor(MOVED_BYTES / (8 * this.padded * points));
    return Math.max(1, Math.min(MOST_IMAGES, this.images.count, most));
  }

  /** Room for `rows` slices, of which `perVolume` rotations are of each volume. */
  private takeSlices(source: SliceSource, rows: number, perVolume: number, points: number): void {
    const { memory } = this;
    if (source.slices) memory.take(Scoring.given, 8 * rows * points);
    else memory.take(Scoring.rotations, 36 * perVolume);
    memory.setWord(Scoring.slices, rows);
    memory.setWord(Scoring.perVolume, perVolume);
    memory.setWord(Scoring.paddedSlices, roundUp(rows, ROWS_A_BLOCK));
  }

  /** Slices `from …` of those given, or rotations `from …`, once their place is settled. */
  private copySlices(source: SliceSource, from: number, rows: number, points: number): void {
    const { memory } = this;
    const [field, table, width] = source.slices
      ? ([Scoring.given, source.slices, 2 * points] as const)
      : ([Scoring.rotations, source.rotations, 9] as const);
    if (!source.slices) memory.setWord(Scoring.given, 0);
    memory.floats(field, rows * width).set(table.subarray(from * width, (from + rows) * width));
  }

  private takeImages(chunk: number, points: number, moved = true): void {
    const { memory } = this;
    const all = this.points.count;
    memory.take(Scoring.images, 8 * chunk * all);
    memory.take(Scoring.squaredCtf, 4 * chunk * all);
    if (!moved) return;
    memory.take(Scoring.moved, 8 * chunk * this.padded * points);
    memory.take(Scoring.ctfOfImages, 4 * roundUp(chunk, 4) * points);
  }

  private takeArenas(points: number, chunk: number, own: boolean): void {
    const { memory } = this;
    const norms = PANELS_A_BLOCK * Math.ceil(chunk / 4) * 128;
    const ownBytes = own ? 8 * (points + 4) + 8 * this.padded * points : 0;
    const bytes = roundUp(
      PANELS_A_BLOCK * panelStride(2 * points) + 32 * points + norms + 256 + ownBytes + 32 * chunk,
      128,
    );
    memory.take(Scoring.arenas, bytes * this.threads.count);
    memory.setWord(Scoring.arenaBytes, bytes);
  }

  private copyImages(first: number, images: number): void {
    const { memory } = this;
    const { values, squaredCtf } = this.images;
    const all = this.points.count;
    memory.setWord(Scoring.count, images);
    memory.floats(Scoring.images, 2 * images * all).set(values.subarray(2 * first * all, 2 * (first + images) * all));
    memory.floats(Scoring.squaredCtf, images * all).set(squaredCtf.subarray(first * all, (first + images) * all));
  }

  private async inChunks(chunk: number, entry: Entry, read: (first: number, images: number) => void): Promise<void> {
    for (let first = 0; first < this.images.count; first += chunk) {
      const images = Math.min(chunk, this.images.count - first);
      this.copyImages(first, images);
      await this.run(entry);
      read(first, images);
    }
  }

  private run(entry: Entry): Promise<void> {
    return this.threads.run(this.id, entry);
  }
}

/**
 * Panels of consecutive slices of an image that share a centre, at most eight each: words image, first slice (of the
 * chunk), slices, centre x, y (float bits), volume.
 */
function ownPanels(
  first: number,
  images: number,
  perImage: number,
  centres: Float32Array,
  volumes: Uint32Array | null,
): Float32Array {
  const records: { image: number; slice: number; length: number; x: number; y: number; volume: number }[] = [];
  for (let b = 0; b < images; b++)
    for (let q = 0; q < perImage; q++) {
      const at = 2 * ((first + b) * perImage + q);
      const [x, y] = [centres[at], centres[at + 1]];
      const last = records.at(-1);
      if (q > 0 && last && last.length < 8 && last.x === x && last.y === y) last.length++;
      else records.push({ image: b, slice: b * perImage + q, length: 1, x, y, volume: volumes?.[first + b] ?? 0 });
    }
  const floats = new Float32Array(records.length * OWN_PANEL_WORDS);
  const words = new Int32Array(floats.buffer);
  records.forEach(({ image, slice, length, x, y, volume }, i) => {
    words.set([image, slice, length], i * OWN_PANEL_WORDS);
    floats.set([x, y], i * OWN_PANEL_WORDS + 3);
    words[i * OWN_PANEL_WORDS + 5] = volume;
  });
  return floats;
}
