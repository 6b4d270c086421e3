// The trainable parameters on the device: flat buffers of parameters, gradients and Adam's moments, and the copies of
// matrices that the products read, which follow the parameters after each step.
import { VitrineError } from '../../../base/errors.ts';
import type { ModelState, OptimizerState, Weights } from '../../engine.ts';
import { adamState, readAdamState } from '../adam/adam.ts';
import { makeCopies } from '../adam/copies.ts';
import { partOf, type Arena, type BufferView } from '../gpu/arena.ts';
import type { Command, Gpu } from '../gpu/gpu.ts';
import { bytesOf } from '../gpu/kernels.ts';
import { floatsOf, type Region } from '../parameters/layout.ts';
import type { MatrixCopy, Network } from './network.ts';

/** Parameters, gradients and both moments of Adam, flat and laid out alike, and the training state. */
export interface TrainableBuffers {
  parameters: BufferView;
  gradients: BufferView;
  first: BufferView;
  second: BufferView;
  /** Adam's steps and the loss scale (adam/). */
  state: BufferView;
}

/** Everything that training changes, on the device, and the copies that products read. */
export class Trainables {
  private constructor(
    private readonly gpu: Gpu,
    private readonly network: Network,
    readonly buffers: TrainableBuffers,
    private readonly copies: Map<string, BufferView>,
    /** To be submitted after the parameters have changed. */
    readonly refresh: readonly Command[],
  ) {}

  /** Errors: 'checkpoint-syntax' for weights that do not fit, 'out-of-memory' where a flat buffer is too large. */
  static async make(
    gpu: Gpu,
    arena: Arena,
    network: Network,
    state: ModelState,
    lossScale: number,
  ): Promise<Trainables> {
    const { parameters: layout } = network;
    refuseTooLarge(gpu, 4 * layout.size);
    const views: TrainableBuffers = {
      parameters: arena.upload('parameters', layout.pack(state.weights)),
      gradients: arena.floats('gradients', layout.size),
      first: arena.floats('first moments', layout.size),
      second: arena.floats('second moments', layout.size),
      state: adamState(arena, { steps: state.optimizer?.steps ?? 0, lossScale }),
    };
    if (state.optimizer) {
      gpu.write(views.first, layout.pack(state.optimizer.first));
      gpu.write(views.second, layout.pack(state.optimizer.second));
    }
    const copies = new Map<string, BufferView>();
    const list = network.copies.map((copy) => {
      const { region, transposed, scalar } = copy;
      const to = arena.buffer('matrix copy', bytesOf(scalar) * floatsOf(region));
      copies.set(keyOf(copy), to);
      const { rowsPadded: rows, columnsPadded: columns } = region;
      return { from: viewOf(views.parameters, region), rows, columns, to, transposed, scalar };
    });
    return new Trainables(gpu, network, views, copies, await makeCopies({ gpu, arena }, list));
  }

  /** A decoder matrix (inputs × outputs) as forward products read it. */
  matrix(region: Region): BufferView {
    const copy = this.copies.get(keyOf({ region, transposed: false }));
    return copy ?? this.parameter(region);
  }

  /** (outputs × inputs). */
  transposed(region: Region): BufferView {
    const copy = this.copies.get(keyOf({ region, transposed: true }));
    if (!copy) throw new RangeError('no transposed copy of this matrix is kept');
    return copy;
  }

  /** The view of a region in the parameters. */
  parameter(region: Region): BufferView {
    return viewOf(this.buffers.parameters, region);
  }

  /** The view of a region in the gradients. */
  gradient(region: Region): BufferView {
    return viewOf(this.buffers.gradients, region);
  }

  /** Weights under cryoDRGN's names; waits for the device. */
  async exportWeights(): Promise<Weights> {
    return this.network.parameters.unpack(await this.gpu.readFloats(this.buffers.parameters));
  }

  /** Adam's steps and moments under the same names; waits for the device. */
  async exportOptimizer(): Promise<OptimizerState> {
    const { parameters: layout } = this.network;
    return {
      steps: (await readAdamState(this.gpu, this.buffers.state)).steps,
      first: layout.unpack(await this.gpu.readFloats(this.buffers.first)),
      second: layout.unpack(await this.gpu.readFloats(this.buffers.second)),
    };
  }
}

function keyOf({ region, transposed }: Pick<MatrixCopy, 'region' | 'transposed'>): string {
  return `${region.offset} ${transposed}`;
}

function viewOf(flat: BufferView, region: Region): BufferView {
  return partOf(flat, region.offset, floatsOf(region));
}

function refuseTooLarge(gpu: Gpu, bytes: number): void {
  const most = gpu.device.limits.maxBufferSize;
  if (bytes > most)
    throw new VitrineError('out-of-memory', 'The network is too large for the graphics processor.', {
      expected: `at most ${Math.floor(most / 4e6)} million parameters`,
      found: `${Math.ceil(bytes / 4e6)} million`,
      advice: 'Train at a smaller box or with a narrower network, or choose the CPU.',
    });
}
