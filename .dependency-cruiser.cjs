/** Import rules, checked by `npm run lint`: one direction between the rooms of `src`, no cycles. */

/** Rooms of the main process from the top. A room imports from its own row and the rows below. */
const ROWS = [
  ['hosts', 'cli'],
  ['app', 'batch'],
  ['engine'],
  ['blur'],
  ['tiling'],
  ['grain'],
  ['imaging', 'plugins'],
  ['storage'],
];

/** Returns a rule for each row but the first: no imports from the rows above or from entries. */
function downwards(name, parent, rows) {
  const folder = (room) => `^${parent}/${room}/`;
  return rows.slice(1).map((rooms, index) => {
    const above = rows.slice(0, index + 1).flat();
    return {
      name: `${name}-${rooms.join('-')}-upwards`,
      severity: 'error',
      comment: `${rooms.join(' and ')} must not import from the rooms above`,
      from: { path: rooms.map(folder) },
      to: { path: [`^${parent}/[^/]+$`, ...above.map(folder)] },
    };
  });
}

/** Rooms of the editor's window from the top (`src/renderer/README.md`). */
const WINDOW_ROWS = [
  ['app'],
  ['features'],
  ['editor'],
  ['canvas', 'host'],
  ['ui'],
  ['texts', 'theme'],
];

/** Features that use the export: a batch exports photos, the filmstrip marks exported ones. */
const FEATURES_THAT_EXPORT = '^src/renderer/features/(?:batch|filmstrip)/';

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...downwards('main', 'src/main', ROWS),
    ...downwards('window', 'src/renderer', WINDOW_ROWS),
    {
      name: 'features-apart',
      severity: 'error',
      comment: 'Features meet in src/renderer/editor and are composed in src/renderer/app',
      from: { path: '^src/renderer/features/([^/]+)/', pathNot: FEATURES_THAT_EXPORT },
      to: { path: '^src/renderer/features/', pathNot: '^src/renderer/features/$1/' },
    },
    {
      name: 'features-that-export-apart',
      severity: 'error',
      from: { path: '^src/renderer/features/(batch|filmstrip)/' },
      to: {
        path: '^src/renderer/features/',
        pathNot: ['^src/renderer/features/$1/', '^src/renderer/features/export/'],
      },
    },
    {
      name: 'pixel-maths-stays-pure',
      severity: 'error',
      comment: 'Calculations on pixels know neither files nor plug-in folders nor Node',
      from: { path: '^src/main/(blur|tiling|grain)/' },
      to: { path: ['^src/main/(storage|plugins)/', '^node_modules/'] },
    },
    {
      name: 'pixel-maths-without-node',
      severity: 'error',
      from: { path: '^src/main/(blur|tiling|grain)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'shared-stays-pure',
      severity: 'error',
      comment: 'Code that both sides use imports neither side, nor Node',
      from: { path: '^src/shared/' },
      to: { path: '^src/(main|preload|renderer)/' },
    },
    {
      name: 'shared-without-node',
      severity: 'error',
      from: { path: '^src/shared/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'sides-apart',
      severity: 'error',
      comment: 'The renderer and the main process meet in src/shared only',
      from: { path: '^src/renderer/' },
      to: { path: '^src/(main|preload)/' },
    },
    {
      name: 'main-without-renderer',
      severity: 'error',
      from: { path: '^src/(main|preload)/' },
      to: { path: '^src/renderer/' },
    },
    {
      name: 'electron-in-its-host',
      severity: 'error',
      comment: 'Only the desktop host may import electron',
      from: {
        path: '^src/',
        pathNot: ['^src/main/(index\\.ts$|hosts/electron/)', '^src/preload/'],
      },
      to: { path: '^(node_modules/)?electron', pathNot: 'electron-vite' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
