// Made from .claude/skills by `npm run skills`. Do not edit.
import type { Skill } from '#catalog/skill.ts';

export const skills: readonly Skill[] = [
];
