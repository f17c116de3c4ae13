#!/usr/bin/env node
import process from 'node:process';
import { runScript } from './bootstrap.mjs';

runScript('src/cli/main.ts', process.argv.slice(2), process.cwd());
