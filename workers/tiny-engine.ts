// The CPU engine on one thread, for tests.
import type { Engine, EngineRequest } from '../src/engine/engine.ts';
import { openWasmEngine } from '../src/engine/wasm/engine.ts';

export function openTinyEngine(_request: EngineRequest): Promise<Engine> {
  return openWasmEngine({ ownThread: true });
}
