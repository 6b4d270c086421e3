// What is done to a run's maps once they were decoded, and its solvent mask as a map.
import { VitrineError } from '../src/base/errors.ts';
import { chosenMask } from '../src/jobs/given-mask.ts';
import type { KeptMaskKind } from '../src/jobs/kept-masks.ts';
import { finished } from '../src/jobs/map-finish.ts';
import { readMask } from '../src/jobs/mask-file.ts';
import { landscapeMap } from '../src/jobs/landscape/state-maps.ts';
import { maskOfRun } from '../src/jobs/run-mask.ts';
import { maskExtent, solventMaskFor } from '../src/jobs/solvent-mask.ts';
import { mapPixelSize, type RunLibrary } from '../src/library/runs.ts';
import type { DecodeRequest } from './contract.ts';
import type { DecodedMap } from './peer.ts';

export class MapFinishing {
  /** The mask of the run that was decoded last, at the box that was asked for. */
  private last: { key: string; mask: Promise<Float32Array> } | null = null;

  constructor(private readonly runs: RunLibrary) {}

  /** Errors: 'usage' where a run without a mask is asked for it, 'file-missing' where none was chosen. */
  async finish(map: DecodedMap, { runId, epoch, finish = {} }: DecodeRequest): Promise<DecodedMap> {
    const { mask: asked, clip } = finish;
    if (!asked && !clip) return map;
    const { boxPixels } = map;
    const mask =
      asked &&
      (await (asked.from === 'run' ? this.ofRun(runId, epoch, boxPixels) : this.ofKept(runId, asked.from, map)));
    // What was counted is of the map before.
    const { statistics: _, ...rest } = map;
    return { ...rest, values: finished(map.values, { mask, clip }) };
  }

  private ofRun(runId: string, epoch: number | null, boxPixels: number): Promise<Float32Array> {
    const key = `${runId} ${epoch} ${boxPixels}`;
    if (this.last?.key === key) return this.last.mask;
    const last = { key, mask: maskOfRun(this.runs.folder(runId), epoch, boxPixels) };
    this.last = last;
    last.mask.catch(() => {
      if (this.last === last) this.last = null;
    });
    return last.mask;
  }

  private async ofKept(runId: string, kind: KeptMaskKind, { boxPixels }: DecodedMap): Promise<Float32Array> {
    const record = await this.runs.record(runId);
    const pixelSizeAngstrom = mapPixelSize(record.boxPixels, record.pixelSizeAngstrom, boxPixels);
    return readMask(await chosenMask(this.runs.folder(runId), kind), { boxPixels, pixelSizeAngstrom });
  }

  /** A map that the run's landscape keeps. Errors: 'file-missing' where it keeps none such, 'usage' where none is named. */
  async ofLandscape({ runId, epoch, landscape, ...request }: DecodeRequest): Promise<DecodedMap> {
    if (!landscape) throw new VitrineError('usage', 'Which map of the landscape?');
    const run = this.runs.folder(runId);
    const of = epoch ?? (await this.runs.record(runId)).epochsDone;
    const map = await landscapeMap(run, of, landscape);
    return this.finish({ ...map, epoch: of }, { runId, epoch: of, ...request });
  }

  /** The solvent mask at the run's box. Errors: those of solventMaskFor. */
  async mask({ runId, choice = undefined }: DecodeRequest): Promise<DecodedMap> {
    const record = await this.runs.record(runId);
    const { boxPixels, pixelSizeAngstrom, epochsDone } = record;
    const values = await solventMaskFor(this.runs.folder(runId), record, choice ?? null);
    // What is answered is given away, and a mask that no box has changed is the weights' own.
    const own = values.slice();
    const extent = maskExtent(own, boxPixels, pixelSizeAngstrom);
    return { boxPixels, pixelSizeAngstrom, values: own, epoch: epochsDone, extent };
  }
}
