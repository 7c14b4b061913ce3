// `npm run build` builds the web interface into packages/web/dist. Nothing else needs a build: the sources run as they are.
import process from 'node:process';
import { runNode } from './run-program.ts';

process.exit(await runNode(['../../node_modules/vite/bin/vite.js', 'build'], { cwd: 'packages/web' }));
