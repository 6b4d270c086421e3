import { describeKernel } from '../../../../testing/node-gpu.ts';
import { sliceCases } from './cases.ts';
import { trigonometryCases } from './trigonometry-cases.ts';

await describeKernel('slices', sliceCases);
await describeKernel('trigonometry', trigonometryCases);
