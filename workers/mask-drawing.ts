// Masks drawn on the screen: their shapes become factors here, where the maps are that regions are grown in.
import { mapStatistics } from '../src/isosurface/statistics.ts';
import { surfaceNets } from '../src/isosurface/surface-nets.ts';
import { readMask } from '../src/jobs/mask-file.ts';
import { maskExtent } from '../src/jobs/solvent-mask.ts';
import { drawnMask, type PartOfMask } from '../src/validation/drawn-mask.ts';
import type { ContouredMap, MaskDrawing, MaskPart } from './contract.ts';
import type { MapRegistry } from './map-registry.ts';

/** Where a mask of 0 to 1 is said to end. */
const EDGE = 0.5;

/**
 * The mask as a map of factors and its surface. It stays in the registry until it is released: nothing could draw it again. Errors: those of
 * drawnMask and readMask, 'map-gone'.
 */
export async function drawMask({ key, parts, ...grid }: MaskDrawing, registry: MapRegistry): Promise<ContouredMap> {
  const { boxPixels, pixelSizeAngstrom } = grid;
  const values = drawnMask(await Promise.all(parts.map((part) => withMaps(part, grid, registry))), grid);
  const extent = maskExtent(values, boxPixels, pixelSizeAngstrom);
  const statistics = mapStatistics(values);
  const mesh = surfaceNets(values, boxPixels, pixelSizeAngstrom, EDGE);
  registry.add({ key, source: null }, { values, boxPixels, pixelSizeAngstrom, epoch: null });
  return { map: { key, source: null, z: [], boxPixels, pixelSizeAngstrom, statistics, extent }, level: EDGE, mesh };
}

async function withMaps(
  part: MaskPart,
  grid: Omit<MaskDrawing, 'key' | 'parts'>,
  registry: MapRegistry,
): Promise<PartOfMask> {
  if (part.kind === 'region') {
    const { map, ...region } = part;
    return { ...region, map: await registry.get(map) };
  }
  if (part.kind !== 'file') return part;
  const { how, name, file } = part;
  return { how, kind: 'given', values: await readMask({ path: name, blob: file }, grid) };
}
