// An analysis worker: puts Analysis on the browser's storage and on the engine worker, and exposes it.
import { OpfsStorage } from '../src/library/opfs.ts';
import { RunLibrary } from '../src/library/runs.ts';
import { readCovariances } from '../src/library/posteriors.ts';
import { AnalysisLibrary } from '../src/library/analyses/analyses.ts';
import { Analysis } from './analysis.ts';
import { latentsOfLibrary } from './latents-registry.ts';
import { EnginePeer } from './peer.ts';
import { exposeApi } from './wire.ts';

const engine = new EnginePeer();
const analysis = OpfsStorage.open().then((storage) => {
  const runs = new RunLibrary(storage);
  return new Analysis({
    readLatents: latentsOfLibrary(runs),
    covariancesOf: ({ runId, zDim, count }) => readCovariances(runs.folder(runId), { zDim, count }),
    keptOf: (runId) => new AnalysisLibrary(storage, runs.folder(runId).folder),
    decodeMap: (request, job) => engine.decode(request, job),
    decodeWindows: (request, onMap, job) => engine.decodeWindows(request, onMap, job),
    runs,
  });
});

exposeApi(analysis, {
  attachEngine: (port: MessagePort) => engine.attach(port),
  detachEngine: (reason: string) => engine.detach(reason),
});
