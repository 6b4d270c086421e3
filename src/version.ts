// The program's version, as package.json has it: shown in the studio and by `vitrine --version`.
export { version } from '../package.json';
