/** Validates agents.yaml and subagents.yaml. Run: node scripts/check-agents.ts */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCatalog } from '#catalog/parse-catalog.ts';
import { toolNames } from '#catalog/tool-names.ts';
import { readMcpJson } from './read-mcp-json.ts';

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');

/** The catalog as the Worker will read it, else what is wrong with it, a line each. */
export const checkAgents = () =>
  parseCatalog({
    agentsYaml: read('agents.yaml'),
    subagentsYaml: read('subagents.yaml'),
    knownTools: toolNames,
  });

if (import.meta.main) {
  const parsed = checkAgents();
  for (const line of readMcpJson(join(import.meta.dirname, '..')).warnings) console.error(`warning: ${line}`);
  if (parsed.ok) {
    const { agents, subagents } = parsed.value;
    console.log(`agents: ${agents.length}, subagents: ${subagents.length}, no problems`);
  } else {
    for (const problem of parsed.problem) console.error(problem);
    process.exitCode = 1;
  }
}
