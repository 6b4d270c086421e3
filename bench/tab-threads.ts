// The threads of a page (its own, its workers and theirs) by the browser's debugging protocol: collected, and what each then holds.
import type { Page } from 'playwright-core';

export interface Held {
  /** The page, or a worker's name (its script's where it has none). */
  thread: string;
  /** Bytes after a collection: objects of JavaScript, of the browser's own interfaces, and what array buffers and wasm hold. */
  heap: number;
  interfaces: number;
  buffers: number;
}

type Send = (method: string, params?: object) => Promise<unknown>;
interface Thread {
  name: string;
  send: Send;
}
interface HeapUsage {
  usedSize: number;
  embedderHeapUsedSize?: number;
  backingStorageSize?: number;
}
interface Answer {
  id?: number;
  method?: string;
  params?: object;
  result?: unknown;
  error?: { message: string };
}
interface Attached {
  sessionId: string;
  targetInfo: { type: string; title: string; url: string };
}
interface Received {
  sessionId: string;
  message: string;
}

/** A thread that computes does not answer meanwhile. */
const PATIENCE_MILLISECONDS = 20_000;
const ATTACH = { autoAttach: true, waitForDebuggerOnStart: false, flatten: false };

export class TabThreads {
  private readonly threads = new Map<string, Thread>();
  /** By session: what takes its messages. */
  private readonly listeners = new Map<string, (answer: Answer) => void>();

  private constructor() {}

  static async open(page: Page): Promise<TabThreads> {
    const session = await page.context().newCDPSession(page);
    const found = new TabThreads();
    const send = session.send.bind(session) as Send;
    found.threads.set('', { name: 'page', send });
    session.on('Target.attachedToTarget', (event) => found.attached(event, send));
    session.on('Target.detachedFromTarget', ({ sessionId }) => found.threads.delete(sessionId));
    session.on('Target.receivedMessageFromTarget', (event) => found.received(event));
    await send('Target.setAutoAttach', ATTACH);
    return found;
  }

  private attached({ sessionId, targetInfo }: Attached, parent: Send): void {
    if (targetInfo.type !== 'worker') return;
    const waiting = new Map<number, (answer: Answer) => void>();
    let last = 0;
    const send: Send = (method, params = {}) =>
      new Promise((resolve, reject) => {
        const id = ++last;
        const late = setTimeout(() => reject(new Error(`${method}: no answer`)), PATIENCE_MILLISECONDS);
        waiting.set(id, ({ result, error }) => {
          clearTimeout(late);
          if (error) reject(new Error(error.message));
          else resolve(result);
        });
        parent('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method, params }) }).catch(
          reject,
        );
      });
    this.listeners.set(sessionId, (answer) => {
      if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
      else if (answer.method === 'Target.attachedToTarget') this.attached(answer.params as Attached, send);
      else if (answer.method === 'Target.receivedMessageFromTarget') this.received(answer.params as Received);
      else if (answer.method === 'Target.detachedFromTarget')
        this.threads.delete((answer.params as Attached).sessionId);
    });
    const name = this.nameOf(targetInfo);
    this.threads.set(sessionId, { name, send });
    // Workers of workers.
    send('Target.setAutoAttach', ATTACH).catch(() => undefined);
  }

  /** A worker's name, or its script's without the hash of its content; numbered where there are several. */
  private nameOf({ title, url }: Attached['targetInfo']): string {
    const script = /([^/]*?)(?:-[\w-]{8})?\.m?js$/.exec(url)?.[1];
    const name = title && !title.includes('/') ? title : (script ?? url);
    const named = [...this.threads.values()].filter((thread) => thread.name.split(' ')[0] === name);
    return named.length > 0 ? `${name} ${named.length + 1}` : name;
  }

  private received({ sessionId, message }: Received): void {
    this.listeners.get(sessionId)?.(JSON.parse(message) as Answer);
  }

  /** Collects in every thread, then asks each what it holds; a thread that does not answer is left out. */
  async collected(): Promise<Held[]> {
    const threads = [...this.threads.values()];
    // Twice: what one thread lets go of another may have held.
    for (let i = 0; i < 2; i++)
      await Promise.allSettled(threads.map(({ send }) => send('HeapProfiler.collectGarbage')));
    const looks = threads.map(async ({ name: thread, send }): Promise<Held> => {
      const { usedSize, embedderHeapUsedSize, backingStorageSize } = (await send('Runtime.getHeapUsage')) as HeapUsage;
      return { thread, heap: usedSize, interfaces: embedderHeapUsedSize ?? NaN, buffers: backingStorageSize ?? NaN };
    });
    return (await Promise.allSettled(looks)).flatMap((look) => (look.status === 'fulfilled' ? [look.value] : []));
  }
}
