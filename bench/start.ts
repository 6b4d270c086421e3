// Where a bundle of the benchmark begins.
import { main } from './main.ts';

await main(process.argv.slice(2));
// Dawn keeps threads of its own.
process.exit();
