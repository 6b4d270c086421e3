// The layers of docs/DESIGN.md: imports point one way, no cycles, the screen never imports the science.
// `may` is the whole picture: a room imports itself and what stands in its line, nothing else of the project.
const may = {
  base: [],
  geometry: ['base'],
  selection: [],
  columns: ['base', 'selection'],
  isosurface: ['base'],
  formats: ['base', 'geometry'],
  atoms: ['base', 'geometry', 'formats'],
  imaging: ['base', 'geometry', 'formats'],
  landscape: ['base', 'geometry'],
  plots: ['landscape'],
  validation: ['base', 'geometry', 'imaging'],
  engine: ['base', 'geometry', 'imaging'],
  field: ['base', 'geometry', 'formats', 'imaging', 'engine', 'params'],
  backprojection: ['base', 'geometry', 'imaging', 'engine'],
  'first-aid': ['base', 'geometry', 'formats', 'imaging', 'engine', 'backprojection'],
  inference: [
    ...['base', 'geometry', 'formats', 'imaging', 'landscape', 'validation', 'engine', 'field', 'backprojection'],
  ],
  library: ['base', 'formats', 'imaging', 'engine', 'field', 'first-aid', 'inference', 'params'],
  jobs: [
    ...['base', 'geometry', 'selection', 'isosurface', 'formats', 'imaging', 'landscape', 'plots', 'validation'],
    ...['engine', 'field', 'backprojection', 'first-aid', 'inference', 'library', 'params', 'atoms'],
  ],
  ui: ['base'],
  viewer3d: [],
  stores: ['base', 'selection', 'columns', 'params'],
  views: ['base', 'selection', 'columns', 'stores', 'ui', 'viewer3d', 'params'],
  app: ['base', 'stores', 'ui', 'views', 'version'],
  version: [],
  offline: [],
  params: ['base'],
};
const science = [
  ...['geometry', 'isosurface', 'formats', 'imaging', 'landscape', 'plots', 'validation', 'engine', 'field'],
  ...['backprojection', 'first-aid', 'inference', 'library', 'jobs', 'atoms'],
];
const screen = ['ui', 'viewer3d', 'stores', 'views', 'app'];
const proofs = '\\.(spec|test|story)\\.tsx?$';
/** A room is a folder of src or one file of it. */
const inRoom = (room) => `^src/${room}(/|\\.tsx?$)`;

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    ...Object.entries(may).map(([room, allowed]) => ({
      name: `layer-${room}`,
      severity: 'error',
      from: { path: inRoom(room), pathNot: proofs },
      to: {
        path: '^(src|cli|bench|e2e|testing|scripts)/',
        pathNot: [room, ...allowed].map(inRoom),
      },
    })),
    {
      name: 'science-knows-no-worker',
      severity: 'error',
      from: { path: science.concat('base', 'selection', 'columns', 'offline', 'params').map(inRoom), pathNot: proofs },
      to: { path: '^workers/' },
    },
    {
      name: 'screen-knows-of-workers-the-contract-and-the-client',
      severity: 'error',
      from: { path: screen.map(inRoom), pathNot: proofs },
      to: { path: '(^workers/|node_modules/comlink)', pathNot: '^workers/(contract|client|facade)\\.ts$' },
    },
    {
      name: 'explore-has-one-door',
      severity: 'error',
      from: { pathNot: '^src/stores/explore/' },
      to: { path: '^src/stores/explore/', pathNot: '^src/stores/explore/index\\.ts$' },
    },
    {
      name: 'only-the-boundary-knows-comlink',
      severity: 'error',
      from: { pathNot: '^workers/(wire|link|peer|client)(\\.test)?\\.ts$' },
      to: { path: 'node_modules/comlink' },
    },
    {
      name: 'workers-know-no-screen',
      severity: 'error',
      from: { path: '^(workers|cli)/', pathNot: proofs },
      to: { path: ['^(bench|e2e|testing|scripts)/', ...screen.map(inRoom)] },
    },
    {
      name: 'commands-know-no-worker',
      severity: 'error',
      from: { path: '^cli/', pathNot: proofs },
      to: { path: '^workers/' },
    },
    {
      name: 'testing-knows-no-screen',
      severity: 'error',
      from: { path: '^testing/', pathNot: proofs },
      to: { path: ['^(workers|cli|bench|e2e)/', ...screen.map(inRoom)] },
    },
    {
      name: 'no-node-in-the-browser',
      severity: 'error',
      from: { path: science.concat('base', 'selection', 'columns').map(inRoom), pathNot: `(${proofs}|/node/)` },
      to: { dependencyTypes: ['core'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(node_modules/(?!comlink)|src/engine/wasm/assembly)' },
  },
};
