// The analysis worker: exposes Analysis, nothing else.
import { Analysis } from './analysis.ts';
import { exposeApi } from './wire.ts';

exposeApi(new Analysis());
