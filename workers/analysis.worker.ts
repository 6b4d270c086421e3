// An analysis worker: exposes Analysis on the browser's storage.
import { OpfsStorage } from '../src/library/opfs.ts';
import { RunLibrary } from '../src/library/runs.ts';
import { AnalysisLibrary } from '../src/library/analyses/analyses.ts';
import { Analysis } from './analysis.ts';
import { latentsOfLibrary } from './latents-registry.ts';
import { exposeApi } from './wire.ts';

exposeApi(
  OpfsStorage.open().then((storage) => {
    const runs = new RunLibrary(storage);
    return new Analysis({
      readLatents: latentsOfLibrary(runs),
      keptOf: (runId) => new AnalysisLibrary(storage, runs.folder(runId).folder),
    });
  }),
);
