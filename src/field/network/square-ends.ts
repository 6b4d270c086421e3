// cryoDRGN adds a layer's input to its output wherever the two are of one width: also in the first layer (features and z
// as wide as the decoder) and the last, whose parameters are then named `main.k.linear.*`. Our engines compute the ends of
// a chain without that sum; (W + 1)x + b is the same layer, so the identity is added on the way in and taken off on the
// way out. Adam's moments are those of W either way; weight decay, off by default, pulls W + 1 where theirs pulls W.
import type { Chain } from '../../engine/parameters.ts';
import type { Tensor } from '../../engine/engine.ts';

/** Names (without `.weight`) of the first and last layers that cryoDRGN makes residual. */
export function squareEnds(chains: (Chain | null)[]): Set<string> {
  return new Set(
    chains.flatMap((chain) =>
      (chain ?? []).filter((layer) => !layer.residual && layer.inputs === layer.outputs).map(({ name }) => name),
    ),
  );
}

/** W + sign·1 of a square (out, in) matrix. */
export function plusIdentity({ shape, data }: Tensor, sign: 1 | -1): Tensor {
  const sum = data.slice();
  for (let i = 0; i < shape[0]; i++) sum[i * shape[1] + i] += sign;
  return { shape, data: sum };
}
