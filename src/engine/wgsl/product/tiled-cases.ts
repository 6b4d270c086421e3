// Proofs of products whose tiles multiply in float16, of whole waves with a tail, and of splits of an encoder's batch.
import type { KernelCase } from '../../proof/kernel-cases.ts';
import { CHUNK, compare, ENCODED, EPILOGUES, FEW, PLAIN } from './cases.ts';
import type { HalfTileVariant, ProductShape, ProductVariant, WavesVariant } from './product.ts';
import { skinnyVariants } from './skinny.ts';

/** Small enough for compilers of software; 4 × 8 of an invocation are two groups of columns. */
const HALF_TILE: HalfTileVariant = { kind: 'tile-half', rows: 32, columns: 64, rowsEach: 4, columnsEach: 8, depth: 32 };

/** Waves of 3 tiles of 64 rows: 390 rows are 7 of them, two waves and one more, which smaller tiles make. */
const WAVES: WavesVariant = {
  kind: 'waves',
  wave: 3,
  tile: { kind: 'tile', rows: 64, columns: 32, rowsEach: 4, columnsEach: 4, depth: 16 },
  tail: { kind: 'tile', rows: 32, columns: 32, rowsEach: 4, columnsEach: 4, depth: 16 },
};

/** Tiles in float16 need shader-f16; the others run on any adapter. */
export const tiledCases: KernelCase[] = [
  {
    name: 'tile-half: rows around a tile, columns within one',
    needs: 'half',
    async run(gpu) {
      const shape: ProductShape = { ...PLAIN, inputs: 96, outputs: 80, scalar: 'f16' };
      for (const rows of [1, 31, 32, 33])
        await compare(gpu, { shape, rows: { rows, firstRow: 0, rowsPerImage: rows }, variant: HALF_TILE });
    },
  },
  {
    name: 'tile-half: encoding, backward, many inputs',
    needs: 'half',
    async run(gpu) {
      const variant: ProductVariant = { ...HALF_TILE, columns: 32, columnsEach: 4 };
      await compare(gpu, { shape: { ...ENCODED, scalar: 'f16' }, rows: CHUNK, variant });
      const backward = EPILOGUES['backward, residual, leaky mask'];
      // A wide layer: rounding of the parts in float16 grows with the inputs.
      const shape: ProductShape = { ...PLAIN, ...backward, inputs: 1024, outputs: 1024, scalar: 'f16' };
      await compare(gpu, { shape, rows: FEW, variant });
    },
  },
  {
    name: 'whole waves and a tail',
    async run(gpu) {
      const forward = { ...PLAIN, ...EPILOGUES['bias by image, leaky ReLU'] };
      const backward = { ...PLAIN, ...EPILOGUES['backward, residual, leaky mask'] };
      for (const epilogue of [forward, backward])
        for (const rows of [170, 390, 440]) {
          const shape: ProductShape = { ...epilogue, inputs: 32, outputs: 32, scalar: 'f32' };
          await compare(gpu, { shape, rows: { rows, firstRow: 25, rowsPerImage: 60 }, variant: WAVES });
        }
    },
  },
  {
    name: 'splits of more than few rows',
    async run(gpu) {
      const shape: ProductShape = { ...PLAIN, ...EPILOGUES['shared bias'], inputs: 4112, outputs: 48, scalar: 'f32' };
      const rows = { rows: 131, firstRow: 0, rowsPerImage: 131 };
      const variant = skinnyVariants(gpu, shape, rows.rows)[0];
      await compare(gpu, { shape, rows, variant });
    },
  },
];
