#!/usr/bin/env node
// `npm run bench`: runs the TypeScript sources as they are.
import { register } from 'tsx/esm/api';

const unregister = register();
const { main } = await import('./main.ts');
await main(process.argv.slice(2));
await unregister();
// Dawn keeps threads of its own.
process.exit();
