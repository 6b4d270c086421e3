// The maps' side of the analysis worker: decode → statistics → contour, written once, and what is asked of a map that is kept.
import { throwIfCancelled, VitrineError } from '../src/base/errors.ts';
import { planeOf, projectionAlongZ } from '../src/isosurface/planes.ts';
import { mapStatistics } from '../src/isosurface/statistics.ts';
import { surfaceNets } from '../src/isosurface/surface-nets.ts';
import { wordsOf } from '../src/jobs/map-finish.ts';
import { mapsFile, type MapToWrite } from '../src/jobs/maps-file.ts';
import type { JobOptions } from '../src/jobs/progress.ts';
import { fsc } from '../src/validation/fsc.ts';
import type {
  ContouredMap,
  ContourLevel,
  DecodeRequest,
  ExportedBlob,
  IsosurfaceMesh,
  MapPlane,
  MapReference,
  MapRequest,
  MapSeriesRequest,
  MapToExport,
  VolumeStatistics,
  WindowsRequest,
} from './contract.ts';
import { MapRegistry } from './map-registry.ts';
import type { DecodedMap } from './peer.ts';

/** Decodes in the engine worker; what comes is the caller's. */
export type DecodeMap = (request: DecodeRequest, job: JobOptions) => Promise<DecodedMap>;

/** Windows in as few passes as memory allows; every map has come when it resolves. */
export type DecodeWindows = (
  request: WindowsRequest,
  onMap: (index: number, map: DecodedMap) => void,
  job: JobOptions,
) => Promise<void>;

export class MapAnalysis {
  readonly registry: MapRegistry;

  constructor(
    private readonly decodeMap: DecodeMap,
    mostBytes?: number,
    private readonly decodeWindows?: DecodeWindows,
  ) {
    this.registry = new MapRegistry((source, signal) => decodeMap(source, { signal }), mostBytes);
  }

  /** A map that is given up on the way is not kept. */
  async decode({ key, level, ...request }: MapRequest, { signal, onProgress }: JobOptions): Promise<ContouredMap> {
    const decoded = await this.decodeMap(request, { signal, onProgress });
    throwIfCancelled(signal);
    return this.take(key, request, decoded, level);
  }

  async decodeSeries(
    { maps, level, sameLevel, ...request }: MapSeriesRequest,
    onMap: (index: number, contoured: ContouredMap) => void,
    { signal, onProgress }: JobOptions,
  ): Promise<void> {
    const requests = maps.map(({ z }) => ({ ...request, z }));
    let common: ContourLevel = level;
    const take = (index: number, decoded: DecodedMap): void => {
      const contoured = this.take(maps[index].key, requests[index], decoded, common);
      if (sameLevel) common = { kind: 'value', value: contoured.level };
      onMap(index, contoured);
    };
    if (request.from === 'window' && this.decodeWindows) {
      const zs = maps.map(({ z }) => z);
      return this.decodeWindows({ ...request, zs }, take, { signal, onProgress });
    }
    const decodeAt = (index: number): Promise<DecodedMap> => {
      const message = `Decoding map ${index + 1} of ${maps.length}`;
      const tell = (within: number) => onProgress?.({ fraction: (index + within) / maps.length, message });
      tell(0);
      return this.decodeMap(requests[index], { signal, onProgress: ({ fraction }) => tell(fraction ?? 0) });
    };
    let next = maps.length > 0 ? decodeAt(0) : null;
    for (let index = 0; next; index++) {
      const decoded = await next;
      throwIfCancelled(signal);
      // The engine makes the next map while this one is contoured.
      next = index + 1 < maps.length ? decodeAt(index + 1) : null;
      next?.catch(() => {});
      take(index, decoded);
    }
  }

  private take(key: string, request: DecodeRequest, decoded: DecodedMap, wanted: ContourLevel): ContouredMap {
    const { boxPixels, pixelSizeAngstrom, epoch, values, made, extent } = decoded;
    const statistics = decoded.statistics ?? mapStatistics(values);
    const level = levelOf(statistics, wanted);
    const mesh = surfaceNets(values, boxPixels, pixelSizeAngstrom, level);
    const source = epoch === null ? null : { ...request, epoch };
    this.registry.add({ key, source }, decoded);
    const map = { key, source, z: request.z, boxPixels, pixelSizeAngstrom, statistics };
    return { map: { ...map, ...(made && { made }), ...(extent && { extent }) }, level, mesh };
  }

  async isosurface(map: MapReference, level: number): Promise<IsosurfaceMesh> {
    const { values, boxPixels, pixelSizeAngstrom } = await this.registry.get(map);
    return surfaceNets(values, boxPixels, pixelSizeAngstrom, level);
  }

  /** Error 'index-out-of-range' for a plane outside the box. */
  async planes(map: MapReference, planes: readonly Omit<MapPlane, 'values'>[]): Promise<MapPlane[]> {
    const { values, boxPixels } = await this.registry.get(map);
    return planes.map(({ axis, index }) => {
      if (!Number.isInteger(index) || index < 0 || index >= boxPixels)
        throw new VitrineError('index-out-of-range', `The map has no such plane across ${axis}.`, {
          expected: `0 to ${boxPixels - 1}`,
          found: String(index),
        });
      return { axis, index, values: planeOf(values, boxPixels, axis, index) };
    });
  }

  async projection(map: MapReference): Promise<Float32Array> {
    const { values, boxPixels } = await this.registry.get(map);
    return projectionAlongZ(values, boxPixels);
  }

  async fsc(a: MapReference, b: MapReference): Promise<Float32Array> {
    const [first, second] = [await this.registry.get(a), await this.registry.get(b)];
    if (first.boxPixels !== second.boxPixels) {
      throw new VitrineError('value-out-of-range', 'Maps of two box sizes cannot be compared shell by shell.', {
        expected: `two maps of ${first.boxPixels}³`,
        found: `${second.boxPixels}³`,
        advice: 'Decode both maps at the same size.',
      });
    }
    return Float32Array.from(fsc(first.values, second.values, first.boxPixels).values);
  }

  exportMaps(
    maps: readonly MapToExport[],
    baseName: string,
    { signal, onProgress }: JobOptions,
  ): Promise<ExportedBlob> {
    const mapAt = async (index: number): Promise<MapToWrite> => {
      const { boxPixels, pixelSizeAngstrom, values } = await this.registry.borrow(maps[index], signal);
      const { label, source } = maps[index];
      return { boxPixels, pixelSizeAngstrom, values, label: [label, doneWords(source)].filter(Boolean).join(', ') };
    };
    const zs = maps.map(({ z }) => z);
    return mapsFile(baseName, zs, mapAt, { signal, onProgress });
  }
}

/** What was done to a map, for its header. */
function doneWords(source: DecodeRequest | null): string {
  return source?.finish ? wordsOf(source.finish.mask?.name ?? null, source.finish.clip === true) : '';
}

/** In map units. */
export function levelOf({ suggestedLevel, mean, standardDeviation }: VolumeStatistics, level: ContourLevel): number {
  if (level.kind === 'suggested') return suggestedLevel;
  return level.kind === 'value' ? level.value : mean + level.value * standardDeviation;
}
