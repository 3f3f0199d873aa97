#!/usr/bin/env node
import { createRequire } from 'node:module';
import { main } from '../dist/main.js';

const { version } = createRequire(import.meta.url)('../package.json');
process.exitCode = await main(process.argv.slice(2), process, version);
