// `npm run dev` runs the server, restarted when a source changes, and the web interface with hot reload on port 5173.
import { spawn } from 'node:child_process';
import process from 'node:process';

const children = [
  spawn(
    process.execPath,
    ['--watch', '--watch-preserve-output', 'packages/cli/src/main.ts', 'serve', ...process.argv.slice(2)],
    { stdio: 'inherit' },
  ),
  spawn(process.execPath, ['../../node_modules/vite/bin/vite.js'], { stdio: 'inherit', cwd: 'packages/web' }),
];
const stop = () => {
  for (const child of children) child.kill('SIGTERM');
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
process.on('disconnect', stop);
for (const child of children) child.on('exit', stop);
