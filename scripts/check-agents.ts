/** Validates agents.yaml and subagents.yaml. Run: node scripts/check-agents.ts */
import { readFileSync } from 'node:fs';
import { parseCatalog } from '#catalog/parse-catalog.ts';
import { toolNames } from '#catalog/tool-names.ts';

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');

const parsed = parseCatalog({
  agentsYaml: read('agents.yaml'),
  subagentsYaml: read('subagents.yaml'),
  knownTools: toolNames,
});
if (!parsed.ok) {
  for (const problem of parsed.problem) console.error(problem);
  process.exit(1);
}
console.log(
  `agents: ${parsed.value.agents.length}, subagents: ${parsed.value.subagents.length}, no problems`,
);
