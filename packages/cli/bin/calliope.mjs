#!/usr/bin/env node
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { runUnderPinnedNode } from './pinned-node.mjs';

runUnderPinnedNode([fileURLToPath(new URL('../src/main.ts', import.meta.url)), ...process.argv.slice(2)]);
