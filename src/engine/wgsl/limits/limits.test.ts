import { describeKernel } from '../../../../testing/node-gpu.ts';
import { describeMatrixSources } from '../../../../testing/null-gpu.ts';
import { cases, matrixSources } from './cases.ts';

await describeKernel('limits', cases);
describeMatrixSources('matrix unit', matrixSources());
