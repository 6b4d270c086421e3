import { describeKernel } from '../../../../testing/node-gpu.ts';
import { outputCases } from './cases.ts';

await describeKernel('output', outputCases);
