import { describeKernel } from '../../../../testing/node-gpu.ts';
import { preprocessCases } from './cases.ts';

await describeKernel('Preprocessing of whole batches', preprocessCases);
