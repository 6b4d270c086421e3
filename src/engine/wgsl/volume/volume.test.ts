import { describeKernel } from '../../../../testing/node-gpu.ts';
import { volumeCases } from './cases.ts';

await describeKernel('Maps on the device', volumeCases);
