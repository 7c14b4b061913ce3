// `node scripts/node26.mjs FILE [ARGUMENT …]` runs FILE under the pinned Node, whatever Node this is.
import process from 'node:process';
import { runUnderPinnedNode } from '../packages/cli/bin/pinned-node.mjs';

runUnderPinnedNode(process.argv.slice(2));
