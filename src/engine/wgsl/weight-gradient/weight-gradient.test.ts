import { describeKernel } from '../../../../testing/node-gpu.ts';
import { cases } from './cases.ts';
import { byImageCases } from './by-image.cases.ts';
import { groupSumsCases } from './group-sums.cases.ts';

await describeKernel('gradients of weights', cases);
await describeKernel('sums by image', groupSumsCases);
await describeKernel('gradients of weights with sums by image', byImageCases);
