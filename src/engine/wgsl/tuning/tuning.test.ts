import { describeKernel } from '../../../../testing/node-gpu.ts';
import { cases } from './cases.ts';

await describeKernel('tuning', cases);
