// What computes, for the badge of the screen: the device, whether WebGPU is there, and what its absence costs.
import { webgpuHere } from '../src/engine/choose.ts';
import type { DeviceInfo, DeviceReport } from './contract.ts';

export async function deviceReport(device: DeviceInfo): Promise<DeviceReport> {
  const webgpu = await webgpuHere();
  const isolated = globalThis.crossOriginIsolated === true;
  const advice: string[] = [];
  if (device.processor === 'cpu') {
    advice.push('Training runs on the processor, many times slower than on a graphics card.');
    if (webgpu === 'absent')
      advice.push(
        'This browser offers no WebGPU: use Chrome or Edge 113, Safari 26 or Firefox 141 or later, and switch on ' +
          'hardware acceleration in its settings.',
      );
    else if (webgpu === 'software')
      advice.push(
        'WebGPU is emulated in software here: install the graphics driver or switch on hardware acceleration.',
      );
    else advice.push('This browser offers a graphics card: let a run compute on it under “Device” on Learn.');
    if (!isolated) advice.push('The page is not cross-origin isolated, so only one thread computes: reload it once.');
  }
  return { ...device, webgpu, advice: advice.join(' '), crossOriginIsolated: isolated };
}
