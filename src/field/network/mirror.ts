// The other hand of a field: F'(k) = F(Jk) with J = diag(1, 1, −1), made by its weights alone, so that no program has to know of
// it. Domain 'hartley': z's waves change their sign. Domain 'fourier' is asked on its half space, where Jk does not lie:
// F(Jk) = conj F(−Jk), so x's and y's waves change their sign and the imaginary output does. Done twice nothing has changed.
import type { EncodingTable, NetworkField, Tensor, Weights } from '../../engine/engine.ts';
import { decoderChain, featureCount } from '../../engine/parameters.ts';
import type { FieldState } from '../kind.ts';

/** A new field; what is given stays as it is. */
export function mirrorNetwork({ field, weights, optimizer }: FieldState<NetworkField>): FieldState<NetworkField> {
  const { spec, encoding } = field;
  const turned = spec.domain === 'fourier' ? [0, 1] : [2];
  const features = featureCount(encoding);
  const waves = encoding.isCosine.length;
  // A wave along any direction is turned in the table; waves along the axes belong to the encoding, their features turn instead.
  const free = Array.from({ length: waves }, (_, j) => along(encoding, j).filter((w) => w !== 0).length > 1).some(
    Boolean,
  );
  const waveVectors = encoding.waveVectors.slice();
  const negative = new Set<number>();
  for (let j = 0; j < features; j++) {
    if (waves === 0) {
      if (turned.includes(j)) negative.add(j);
    } else if (free) for (const axis of turned) waveVectors[3 * j + axis] *= -1;
    else if (!encoding.isCosine[j] && turned.some((axis) => waveVectors[3 * j + axis] !== 0)) negative.add(j);
  }
  const chain = decoderChain(spec, features);
  const [first, last] = [chain[0].name, chain[chain.length - 1].name];
  const mirrored = (table: Weights): Weights => {
    const copy = new Map(table);
    if (negative.size > 0) negate(copy, `${first}.weight`, (_, column) => negative.has(column));
    if (spec.domain === 'fourier') {
      negate(copy, `${last}.weight`, (row) => row === 1);
      negate(copy, `${last}.bias`, (row) => row === 1);
    }
    return copy;
  };
  return {
    field: { ...field, encoding: { waveVectors, isCosine: encoding.isCosine.slice() } },
    weights: mirrored(weights),
    // Squares have no sign.
    optimizer: { ...optimizer, first: mirrored(optimizer.first) },
  };
}

function along({ waveVectors }: EncodingTable, feature: number): number[] {
  return Array.from(waveVectors.subarray(3 * feature, 3 * feature + 3));
}

function negate(table: Weights, name: string, which: (row: number, column: number) => boolean): void {
  const tensor = table.get(name);
  if (!tensor) return;
  const columns = tensor.shape[1] ?? 1;
  const copy: Tensor = { shape: tensor.shape, data: tensor.data.slice() };
  for (let i = 0; i < copy.data.length; i++)
    if (which(Math.floor(i / columns), i % columns)) copy.data[i] = -copy.data[i];
  table.set(name, copy);
}
