// The engine worker: puts EngineHost on the browser's storage, locks and device, and exposes it.
import { openEngine } from '../src/engine/choose.ts';
import { OpfsStorage } from '../src/library/opfs.ts';
import { WebRunLocks } from '../src/library/run-locks.ts';
import { tuningStore } from '../src/library/tuning-store.ts';
import { EngineHost } from './engine-host.ts';
import { Introduction, peerOf, type PreparationApi } from './peer.ts';
import { exposeApi } from './wire.ts';

const io = new Introduction<PreparationApi>();
let tfjsWasmFolder = '';
const host = OpfsStorage.open().then(
  (storage) =>
    new EngineHost({
      storage,
      locks: new WebRunLocks(),
      openEngine: (request) => openEngine(request, { tfjsWasmFolder, tuning: tuningStore(storage) }),
      preparation: () => io.get(),
    }),
);

exposeApi(host, {
  /** The io worker, and the address of the page, beside which the wasm files of tfjs lie. */
  attachIo(port: MessagePort, pageUrl: string) {
    tfjsWasmFolder = new URL('tfjs-wasm/', pageUrl).href;
    io.set(peerOf(port));
  },
  /** The analysis worker, which asks for maps. */
  attachAnalysis(port: MessagePort) {
    exposeApi(host, {}, port);
  },
});
