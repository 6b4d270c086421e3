// What a landscape of maps will cost, in a line.
import type { LandscapePlan } from '../../../../workers/contract.ts';
import { bytesText, countText, durationText } from '../../../ui/quantities.ts';

/** "500 maps of 64³, about 3 min, 130 MB kept, 400 MB of memory". */
export function planWords(plan: LandscapePlan): string {
  const { sketchMaps, trainMaps, boxPixels, seconds, storageBytes, memoryBytes, maps } = plan;
  const decoded = [
    sketchMaps > 0 && `${countText(sketchMaps)} maps of ${boxPixels}³ to decode`,
    trainMaps > 0 && `${countText(trainMaps)} more to place all particles`,
  ].filter(Boolean);
  const what =
    maps === 'components'
      ? 'No map is decoded: they are sums of the run’s components'
      : decoded.join(', ') || 'All maps are decoded';
  return `${what}; about ${durationText(seconds)}, ${bytesText(storageBytes)} kept, ${bytesText(memoryBytes)} of memory`;
}
