#!/usr/bin/env node
// The command `vitrine`: runs the TypeScript sources as they are, so that it works right after `npm ci`.
import { register } from 'tsx/esm/api';

const unregister = register();
const { main } = await import('./main.ts');
process.exitCode = await main(process.argv);
await unregister();
