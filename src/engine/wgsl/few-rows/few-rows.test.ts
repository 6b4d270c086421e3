import { describeKernel } from '../../../../testing/node-gpu.ts';
import { cases } from './cases.ts';

await describeKernel('layers of few rows', cases);
