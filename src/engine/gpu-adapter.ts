// Which graphics processor WebGPU offers, and whether it is a real one: SwiftShader and llvmpipe compute on the CPU.

/** The browser's own, null where it has none. */
export function browserGpu(): GPU | null {
  return (globalThis.navigator as Partial<Navigator> | undefined)?.gpu ?? null;
}

/** The fastest adapter; one in software only where there is no other. Null where there is none. */
export async function findAdapter(gpu: GPU): Promise<GPUAdapter | null> {
  const wishes: GPURequestAdapterOptions[] = [{ powerPreference: 'high-performance' }, { forceFallbackAdapter: true }];
  for (const wish of wishes) {
    const adapter = await gpu.requestAdapter(wish).catch(() => null);
    if (adapter) return adapter;
  }
  return null;
}

/** Vendor, architecture and name for people, as far as the browser tells them. */
export function adapterWords({ vendor, architecture, description }: GPUAdapterInfo): string {
  return [vendor, architecture, description].filter(Boolean).join(' ') || 'of unknown make';
}

/** Whether an adapter computes on the CPU: it says so, or has the name of a known program that does. */
export function isSoftware(info: GPUAdapterInfo): boolean {
  return info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|software/i.test(adapterWords(info));
}
