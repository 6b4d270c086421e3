// The main thread's side of the boundary: starts the workers, gives each API as a typed facade, and passes on calls,
// progress, cancellation and errors. The screen imports this file, latest-wins and the contract's types, nothing else.
import { transfer } from 'comlink';
import type { LatentsHandle, RunEvent } from './contract.ts';
import {
  ANALYSIS_CALLS,
  ENGINE_CALLS,
  IO_CALLS,
  type AnalysisFacade,
  type EngineFacade,
  type IoFacade,
} from './facade.ts';
import { facadeOf, WorkerLink } from './link.ts';

export type { AnalysisFacade, EngineFacade, IoFacade } from './facade.ts';
export { latestWins } from './latest-wins.ts';
export { countMessages, type MessageCount } from './message-count.ts';

export interface Studio {
  io: IoFacade;
  engine: EngineFacade;
  analysis: AnalysisFacade;
  dispose(): void;
}

/** Long analyses have a worker of their own, so that a map is contoured while a UMAP is computed. */
const LONG_ANALYSES = new Set(['umap', 'kMeans']);
/** Those that ask the engine for maps, and those that stand beside them: all on one landscape go to one worker, one after the other. */
const OF_LANDSCAPES = /landscape/i;
const DECODING = new Set(['landscapePlan', 'runLandscape', 'landscapeParticles', 'landscapeHomogeneity']);

export function connectStudio(): Studio {
  const listeners: ((event: RunEvent) => void)[] = [];
  /** The run that goes on, as far as its events say. */
  let runningId: string | null = null;
  const hear = (event: RunEvent): void => {
    if (event.type === 'failed') runningId = null;
    else if (event.type === 'status')
      runningId = event.status === 'running' || event.status === 'paused' ? event.runId : null;
    for (const listener of listeners) listener(event);
  };
  const analysisWorker = () =>
    new Worker(new URL('./analysis.worker.ts', import.meta.url), { type: 'module', name: 'analysis' });

  const io = new WorkerLink(
    'io',
    () => new Worker(new URL('./io.worker.ts', import.meta.url), { type: 'module', name: 'io' }),
    () => introduce(),
  );
  const engine = new WorkerLink(
    'engine',
    () => new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module', name: 'engine' }),
    () => {
      introduce();
      introduceDecoding();
      void engine.call('subscribe', [hear]).catch(() => {});
    },
    (reason) => {
      for (const link of [analysis, longAnalysis])
        if (link.running) void link.call('detachEngine', [reason]).catch(() => {});
      // A worker that ends cannot say so itself; its run goes on from its last epoch when it is resumed.
      if (runningId !== null) hear({ type: 'status', runId: runningId, status: 'interrupted', reason });
    },
  );
  const analysis = new WorkerLink('analysis', analysisWorker, () => introduceDecoding());
  const longAnalysis = new WorkerLink('analysis-long', analysisWorker, () => introduceDecoding());

  /** The engine asks the io worker for prepared images, over a port of their own. */
  function introduce(): void {
    if (!io.running || !engine.running) {
      if (engine.running) io.warm();
      return;
    }
    const { port1, port2 } = new MessageChannel();
    void io.call('attachEngine', [transfer(port1, [port1])]).catch(() => {});
    void engine.call('attachIo', [transfer(port2, [port2]), document.baseURI]).catch(() => {});
  }

  /** The analysis workers ask the engine for maps, which do not pass here; again whenever one of them was started anew. */
  function introduceDecoding(): void {
    for (const link of [analysis, longAnalysis]) {
      if (!link.running || !engine.running) continue;
      const { port1, port2 } = new MessageChannel();
      void engine.call('attachAnalysis', [transfer(port1, [port1])]).catch(() => {});
      void link.call('attachEngine', [transfer(port2, [port2])]).catch(() => {});
    }
  }

  function analysisLink(method: string): WorkerLink {
    const isLong = LONG_ANALYSES.has(method) || OF_LANDSCAPES.test(method);
    // Maps may be asked for in any other call; an engine that has ended is started for them.
    if (!isLong || DECODING.has(method)) engine.warm();
    return isLong ? longAnalysis : analysis;
  }

  /** Latents are opened and released in both analysis workers: which of them a call goes to is settled here. */
  function inBoth(calls: AnalysisFacade): AnalysisFacade {
    const both = (method: 'openLatents' | 'releaseLatents') => async (latents: LatentsHandle) => {
      await Promise.all([analysis.call(method, [latents]), longAnalysis.call(method, [latents])]);
    };
    const [openLatents, releaseLatents] = [both('openLatents'), both('releaseLatents')];
    return new Proxy(calls, {
      get(target, name, receiver) {
        if (name === 'openLatents') return openLatents;
        if (name === 'releaseLatents') return releaseLatents;
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
  }

  const engineCalls = facadeOf<EngineFacade>(() => engine, ENGINE_CALLS);
  const engineFacade: EngineFacade = new Proxy(engineCalls, {
    get(target, name, receiver) {
      if (name !== 'subscribe') return Reflect.get(target, name, receiver) as unknown;
      return (listener: (event: RunEvent) => void) => {
        listeners.push(listener);
        engine.warm();
        return Promise.resolve();
      };
    },
  });

  return {
    io: facadeOf<IoFacade>(() => io, IO_CALLS),
    engine: engineFacade,
    analysis: inBoth(facadeOf<AnalysisFacade>(analysisLink, ANALYSIS_CALLS)),
    dispose() {
      for (const link of [io, engine, analysis, longAnalysis]) link.end('The studio was closed.');
    },
  };
}
