import type { Workshop } from './decoder-forward.ts';

export class MapDecoder {
  constructor(private readonly workshop: Workshop) {}
  readonly bytes = 0;
  decode(): Promise<never> { return Promise.reject(new Error(String(this.workshop.network.width))); }
  dispose(): void {}
}
