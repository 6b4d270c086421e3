// The io worker: puts Io on the browser's storage and locks, and exposes it to the page and to the engine worker.
import { OpfsStorage } from '../src/library/opfs.ts';
import { WebRunLocks } from '../src/library/run-locks.ts';
import { Io } from './io.ts';
import { exposeApi } from './wire.ts';

const io = OpfsStorage.open().then((storage) => new Io(storage, new WebRunLocks()));

exposeApi(io, {
  attachEngine(port: MessagePort) {
    exposeApi(io, {}, port);
  },
});
