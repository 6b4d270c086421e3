// What a chain says of the images, in words for people: the same on a terminal and on the screen.
import type { ChainShape } from '../engine/factors/chain-basis.ts';
import type { ChainReport } from '../library/chain-files.ts';

const PLACE: Record<ChainShape, string> = { line: 'along a line', circle: 'along a circle', sheet: 'on a sheet' };

/** "The particles lie along a line (held-out evidence an image: circle 0.31 less, sheet 0.05 less)." */
export function chainWords({ shape, evidence }: ChainReport): string {
  const own = evidence.find((one) => one.shape === shape);
  if (!own) return `The particles were placed ${PLACE[shape]}, as was asked for.`;
  const others = evidence.flatMap((one) => {
    if (one === own) return [];
    // A shape that is hardly better than a simpler one is not taken.
    const less = own.gain - one.gain;
    return [`${one.shape} ${Math.abs(less).toPrecision(2)} ${less < 0 ? 'more' : 'less'}`];
  });
  return `The particles lie ${PLACE[shape]} (held-out evidence an image: ${others.join(', ')}).`;
}

/** Why a linear model of which no component reproduces is not followed by a chain. */
export const NO_CHAIN = 'No chain is fitted: no component reproduces between halves of the images.';
