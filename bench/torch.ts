// bench/torch/step.py beside us: the same step in PyTorch, where a python3 with torch is there.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Size } from './models.ts';

export interface TorchFound {
  python: string;
  version: string;
  cuda: boolean;
}

/** The program, beside this file, or in the repository one stands in (a bundle lies elsewhere). */
function program(): string | null {
  const places = [resolve(import.meta.dirname, 'torch/step.py'), resolve('bench/torch/step.py')];
  return places.find((place) => existsSync(place)) ?? null;
}

/** PYTHON, else the first python3 that has torch. */
export function findTorch(): TorchFound | null {
  if (!program()) return null;
  for (const python of [process.env['PYTHON'], 'python3', '/usr/bin/python3']) {
    if (!python) continue;
    const ask = 'import torch; print(torch.__version__, torch.cuda.is_available())';
    const { status, stdout } = spawnSync(python, ['-c', ask], { encoding: 'utf8' });
    const [version, cuda] = (stdout ?? '').trim().split(' ');
    if (status === 0 && version) return { python, version, cuda: cuda === 'True' };
  }
  return null;
}

export interface TorchRate {
  torch: string;
  device: string;
  box: number;
  dim: number;
  batch: number;
  precision: string;
  imagesPerSecond?: number;
  error?: string;
}

/** All sizes by all precisions, one process. */
export function torchRates({ python }: TorchFound, options: readonly string[]): TorchRate[] {
  const path = program();
  if (!path) return [];
  const { stdout, stderr } = spawnSync(python, [path, ...options], { encoding: 'utf8', maxBuffer: 1 << 26 });
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  if (lines.length === 0) console.warn(`PyTorch measured nothing:\n${stderr.slice(-2000)}`);
  return lines.map((line) => JSON.parse(line) as TorchRate);
}

/** As `torchRates`, each told as soon as it is measured. Error: what PyTorch says where it measured nothing. */
export async function eachTorchRate(
  { python }: TorchFound,
  options: readonly string[],
  onRate: (rate: TorchRate) => void,
): Promise<void> {
  const child = spawn(python, [program() ?? '', ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  // It ends with us, however we end.
  process.once('exit', () => child.kill('SIGKILL'));
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(-2000)));
  let count = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{')) continue;
    onRate(JSON.parse(line) as TorchRate);
    count++;
  }
  if (count === 0) throw new Error(`PyTorch measured nothing: ${words}`);
}

/** PyTorch on the CPU that does a round when it is asked. */
export class AskedTorch {
  private readonly child;
  private readonly answers: AsyncIterator<string>;

  constructor({ python }: TorchFound, { boxPixels, width, batch }: Size, seconds: number, threads: number) {
    const size = ['--box', boxPixels, '--dim', width, '--batch', batch];
    const options = [...size, '--seconds', seconds, '--threads', threads, '--ask'].map(String);
    this.child = spawn(python, [program() ?? '', ...options], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** Images a second. */
  async round(): Promise<number> {
    this.child.stdin.write('\n');
    const { value, done } = await this.answers.next();
    if (done) throw new Error('PyTorch ended');
    const { imagesPerSecond, error } = JSON.parse(value) as { imagesPerSecond?: number; error?: string };
    if (imagesPerSecond === undefined) throw new Error(`PyTorch: ${error ?? value}`);
    return imagesPerSecond;
  }

  close(): void {
    this.child.stdin.end();
    this.child.kill();
  }
}
