// An analysis worker: exposes Analysis on the browser's storage.
import { OpfsStorage } from '../src/library/opfs.ts';
import { RunLibrary } from '../src/library/runs.ts';
import { Analysis } from './analysis.ts';
import { latentsOfLibrary } from './latents-registry.ts';
import { exposeApi } from './wire.ts';

exposeApi(
  OpfsStorage.open().then((storage) => new Analysis({ readLatents: latentsOfLibrary(new RunLibrary(storage)) })),
);
