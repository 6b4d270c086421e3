// What a part works at: the device, opened when first asked for and anew after a failure; the sizes; its lines.
import { findAdapter } from '../../src/engine/gpu-adapter.ts';
import { BENCHMARK_OPTIONS, dawn } from '../../src/engine/node/dawn.ts';
import { Gpu } from '../../src/engine/wgsl/gpu/gpu.ts';
import { offerSoftwareVulkan } from '../../testing/software-vulkan.ts';
import type { Size } from '../models.ts';
import { Lines } from './lines.ts';
import type { Options } from './options.ts';

export class PartContext {
  readonly small: boolean;
  readonly folder: string;
  readonly dawnOptions: string[];
  /** Times the patience that a graphics processor is given: a rehearsal compiles on a few cores. */
  readonly patience: number;
  private opened: Promise<Gpu> | null = null;
  private instance: Promise<GPU | null> | null = null;
  private device = '';
  private readonly lines: Lines;

  constructor(
    private readonly options: Options,
    toggles: readonly string[],
    private readonly part: string,
  ) {
    this.small = options.small;
    this.folder = options.folder;
    this.patience = options.small ? 5 : 1;
    this.dawnOptions = BENCHMARK_OPTIONS.map((option) =>
      option.startsWith('enable-') ? [option, ...toggles].join(',') : option,
    );
    this.lines = new Lines(options.folder);
  }

  async adapter(): Promise<GPUAdapter> {
    if (this.options.software) offerSoftwareVulkan();
    const gpu = await (this.instance ??= dawn(this.dawnOptions));
    const adapter = gpu && (await findAdapter(gpu));
    if (!adapter) throw new Error(gpu ? 'no adapter' : 'Dawn could not be loaded');
    const { vendor, architecture, description } = adapter.info;
    this.device = [vendor, architecture, description].join(' ');
    return adapter;
  }

  gpu(): Promise<Gpu> {
    const { kernels } = this.options;
    return (this.opened ??= this.adapter().then((adapter) => Gpu.open(adapter, kernels ? { kernels } : {})));
  }

  /** The next to ask for the device gets a new one. */
  drop(): void {
    const { opened } = this;
    this.opened = null;
    opened?.then((gpu) => gpu.close()).catch(() => undefined);
  }

  size(width: 256 | 1024, batch: number): Size {
    return this.small ? { boxPixels: 16, width: width / 16, batch: batch / 4 } : { boxPixels: 128, width, batch };
  }

  note(step: string, seconds: number, rest: { error?: string; data?: unknown }): void {
    const { part, device } = this;
    this.lines.add({
      part,
      step,
      device,
      driver: this.options.driver,
      dawn: this.dawnOptions.join(' '),
      seconds,
      ...rest,
    });
  }
}

export interface Step {
  name: string;
  /** After these it is given up: its device is dropped, or where it does not even answer, its process ended. */
  patienceSeconds: number;
  /** What it returns is its line's data. */
  run(context: PartContext): Promise<unknown>;
}

export interface Part {
  name: string;
  /** Of a whole run of 450 s. */
  seconds: number;
  /** Processes side by side that share the steps. */
  processes?: number;
  /** Of Dawn, beside those of all benchmarks. */
  toggles?: readonly string[];
  environment?: Record<string, string>;
  steps(context: PartContext): Step[] | Promise<Step[]>;
}
