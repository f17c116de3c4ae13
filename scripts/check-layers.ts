/** Proves that imports go down the floors of the house and never up. Run: node scripts/check-layers.ts */
import { cruise, type ICruiseResult } from 'dependency-cruiser';

/** From the top down. A folder may import from its own floor and from those below. */
const floors: readonly (readonly string[])[] = [
  ['worker'],
  ['http'],
  ['session', 'user', 'channel'],
  ['tools'],
  ['model', 'catalog', 'files', 'accounts', 'email', 'media', 'mcp'],
  ['agent'],
  ['protocol', 'lib'],
];

/** Clients: they see only what crosses the wire. */
const clients = ['web', 'cli'];

/** The three objects know each other by their RPC types; one service does not reach into another. */
const strangers = [['session', 'user', 'channel']];

/** Below this the reader has not read the tree, and "no violations" means nothing. */
const minimumModules = 40;

const folder = (names: readonly string[]) => `^src/(${names.join('|')})(/|\\.ts$)`;

const upward = floors.slice(1).map((floor, index) => ({
  name: `not-up-from-${floor.join('-')}`,
  severity: 'error' as const,
  from: { path: folder(floor) },
  to: { path: folder([...floors.slice(0, index + 1).flat(), ...clients]) },
}));

const clientRules = clients.map((client) => ({
  name: `${client}-sees-only-the-wire`,
  severity: 'error' as const,
  from: { path: folder([client]) },
  to: { path: '^src/', pathNot: folder([client, 'protocol', 'lib']) },
}));

const strangerRules = strangers.flatMap((group) =>
  group.map((one) => ({
    name: `${one}-knows-others-by-type`,
    severity: 'error' as const,
    from: { path: folder([one]) },
    to: { path: folder(group.filter((other) => other !== one)), dependencyTypesNot: ['type-only'] as const },
  })),
);

const { output } = await cruise(['src'], {
  parser: 'swc',
  doNotFollow: { path: 'node_modules' },
  includeOnly: '^src/',
  tsPreCompilationDeps: true,
  validate: true,
  ruleSet: {
    forbidden: [
      ...upward,
      ...clientRules,
      ...strangerRules.map((rule) => ({
        ...rule,
        to: { ...rule.to, dependencyTypesNot: [...rule.to.dependencyTypesNot] },
      })),
      {
        name: 'no-cycles',
        severity: 'error',
        from: {},
        to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
      },
    ],
  },
});

const result: ICruiseResult = typeof output === 'string' ? JSON.parse(output) : output;
for (const violation of result.summary.violations) {
  console.error(`${violation.rule.name}: ${violation.from} → ${violation.to}`);
}
if (result.summary.totalCruised < minimumModules) {
  console.error(`read only ${result.summary.totalCruised} modules: the reader is broken`);
  process.exit(1);
}
console.log(`layers: ${result.summary.totalCruised} modules, ${result.summary.violations.length} violations`);
process.exit(result.summary.violations.length === 0 ? 0 : 1);
