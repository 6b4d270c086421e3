import { describeKernel } from '../../../../testing/node-gpu.ts';
import { cases } from './cases.ts';
import { groupSumsCases } from './group-sums.cases.ts';

await describeKernel('gradients of weights', cases);
await describeKernel('sums by image', groupSumsCases);
