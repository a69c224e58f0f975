/** The layering table of docs/architecture.md, enforced. */
const patterns = 'packages/patterns/src'
const http = 'packages/http/src'

/** A room may import itself, and what is listed. */
const room = (name, path, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: `^${path}/` },
  to: { path: `^(${patterns}|${http})/`, pathNot: [`^${path}/`, ...allowed.map(one => `^${one}`)] },
})

const library = `${patterns}/index.ts`
const observability = `${patterns}/observability/index.ts`
const index = name => `${http}/${name}/index.ts`

/** The wings of acquisition, from the top floor down: each imports only those below it, through their indexes. */
const wings = [
  'run',
  'configuration',
  'sinks',
  'streams',
  'fetch',
  'queue',
  'ledger',
  'summary',
  'records',
  'schema',
  'references',
  'secrets',
]

const wing = (name, place) => ({
  name: `acquisition-${name}`,
  severity: 'error',
  from: { path: `^${http}/acquisition/${name}/` },
  to: {
    path: `^${http}/acquisition/`,
    pathNot: [
      `^${http}/acquisition/${name}/`,
      ...wings.slice(place + 1).map(below => `^${http}/acquisition/${below}/index.ts$`),
    ],
  },
})

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Circles of types alone count too: whoever reads one of the files has to read them all.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...wings.map(wing),
    {
      name: 'acquisition-through-indexes',
      severity: 'error',
      from: { path: `^${http}/acquisition/[^/]+.ts$` },
      to: { path: `^${http}/acquisition/[^/]+/`, pathNot: ['/index.ts$'] },
    },
    room('core-imports-nothing', `${patterns}/core`, []),
    room('patterns-import-core', `${patterns}/patterns`, [`${patterns}/core/index.ts`]),
    {
      name: 'a-pattern-imports-another-through-its-index',
      severity: 'error',
      from: { path: `^${patterns}/patterns/([^/]+)/` },
      to: { path: `^${patterns}/patterns/[^/]+/`, pathNot: [`^${patterns}/patterns/$1/`, '/index.ts$'] },
    },
    room('observability-imports-core', `${patterns}/observability`, [`${patterns}/core/index.ts`]),
    room('testing-imports-public-ports', `${patterns}/testing`, [
      `${patterns}/core/index.ts`,
      `${patterns}/patterns/[^/]+/index.ts`,
    ]),
    room('display', `${http}/display`, []),
    room('engines', `${http}/engines`, [library, observability, index('display')]),
    room('mock', `${http}/mock`, [library, observability, index('acquisition')]),
    ...['persistence', 'measurements'].map(name =>
      room(name, `${http}/${name}`, [library, observability, ...['display', 'engines'].map(index)]),
    ),
    ...['report', 'telemetry'].map(name =>
      room(name, `${http}/${name}`, [library, observability, ...['engines', 'measurements'].map(index)]),
    ),
    room('acquisition', `${http}/acquisition`, [
      library,
      observability,
      // Its types are those of an optional package, so the index, which users see, is without it.
      `${http}/persistence/sqlite-driver.ts`,
      ...['display', 'engines', 'persistence', 'measurements'].map(index),
    ]),
    room('lab', `${http}/lab`, [
      library,
      observability,
      ...['display', 'engines', 'persistence', 'mock', 'measurements'].map(index),
    ]),
    room('cli', `${http}/cli`, [library, observability, `${http}/[^/]+/index.ts`]),
    {
      name: 'nobody-imports-cli',
      severity: 'error',
      from: { pathNot: `^${http}/cli/` },
      to: { path: `^${http}/cli/` },
    },
    {
      name: 'node-in-one-file-of-core',
      severity: 'error',
      from: { path: `^${patterns}/(core|patterns)/`, pathNot: 'platform-node.ts$' },
      to: { dependencyTypes: ['core'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|test)/' },
    tsConfig: { fileName: 'tsconfig.depcruise.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types'] },
  },
}
