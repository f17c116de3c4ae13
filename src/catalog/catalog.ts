import agentsYaml from '../../agents.yaml';
import subagentsYaml from '../../subagents.yaml';
import { parseCatalog, type Catalog } from '#catalog/parse-catalog.ts';
import { bundle } from '#catalog/bundle.generated.ts';
import { toolNames } from '#catalog/tool-names.ts';

/** The bundled files, read once. They were checked at build time; a Worker with a broken catalog must not start. */
export const catalog: Catalog = (() => {
  const parsed = parseCatalog({ agentsYaml, subagentsYaml, knownTools: toolNames, bundle });
  if (!parsed.ok) throw new Error(`agents.yaml or subagents.yaml is wrong:\n${parsed.problem.join('\n')}`);
  return parsed.value;
})();
