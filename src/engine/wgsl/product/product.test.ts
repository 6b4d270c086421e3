import { describeKernel } from '../../../../testing/node-gpu.ts';
import { cases } from './cases.ts';
import { tiledCases } from './tiled-cases.ts';

await describeKernel('products', [...cases, ...tiledCases]);
