// The layers of docs/DESIGN.md: imports point one way, no cycles, the screen never imports the science.
const below = {
  formats: ['geometry'],
  geometry: [],
  imaging: ['formats', 'geometry'],
  engine: ['formats', 'geometry', 'imaging'],
  field: ['formats', 'geometry', 'imaging', 'engine'],
  selection: [],
  landscape: ['formats', 'geometry', 'imaging', 'engine', 'field', 'selection'],
  plots: ['formats', 'landscape'],
  validation: ['formats', 'geometry', 'imaging', 'engine', 'field'],
  isosurface: ['formats'],
  backprojection: ['formats', 'geometry', 'imaging', 'engine'],
  inference: ['formats', 'geometry', 'imaging', 'engine', 'field', 'backprojection', 'landscape'],
  library: ['formats', 'geometry', 'imaging', 'engine', 'field', 'inference'],
};
const science = [
  'formats',
  'geometry',
  'imaging',
  'engine',
  'field',
  'landscape',
  'validation',
  'isosurface',
  'plots',
  'backprojection',
  'inference',
  'library',
  'jobs',
];
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    ...Object.entries(below).map(([room, allowed]) => ({
      name: `layer-${room}`,
      severity: 'error',
      from: { path: `^src/${room}/`, pathNot: '\\.(spec|test)\\.ts$' },
      to: {
        path: '^(src|workers|cli)/',
        pathNot: [`^src/${room}/`, '^src/params\\.ts$', ...allowed.map((a) => `^src/${a}/`)],
      },
    })),
    {
      name: 'jobs-know-no-screen',
      severity: 'error',
      from: { path: '^src/jobs/' },
      to: { path: '^(src/(stores|views|ui|viewer3d)|workers|cli)/' },
    },
    {
      name: 'screen-knows-no-science',
      severity: 'error',
      from: { path: '^src/(stores|views|ui|viewer3d)/', pathNot: '\\.spec\\.tsx?$' },
      to: { path: `^src/(${science.join('|')})/`, pathNot: '^src/formats/errors\\.ts$' },
    },
    {
      name: 'only-the-client-talks-to-workers',
      severity: 'error',
      from: { path: '^src/(stores|views|ui|viewer3d)/' },
      to: { path: '(^workers/.*\\.worker\\.ts$|node_modules/comlink)' },
    },
    {
      name: 'ui-knows-no-store',
      severity: 'error',
      from: { path: '^src/(ui|viewer3d)/' },
      to: { path: '^src/(stores|views)/' },
    },
    {
      name: 'no-orphans-in-node',
      severity: 'error',
      from: {
        path: '^src/(formats|geometry|imaging|engine|field|inference|landscape|validation)/',
        pathNot: '(\\.(spec|test)\\.ts$|/node/)',
      },
      to: { dependencyTypes: ['core'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(node_modules|src/engine/wasm/assembly)' },
  },
};
