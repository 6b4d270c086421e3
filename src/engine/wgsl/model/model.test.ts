import { describeKernel } from '../../../../testing/node-gpu.ts';
import { cases } from './cases.ts';
import { wholeSteps } from './whole-steps.cases.ts';

await describeKernel('the WGSL engine', cases);
await describeKernel('whole steps of the WGSL engine', wholeSteps);
