/** A server to be killed: stores 50 messages in the directory given, says so, and stays. */
import process from 'node:process';
import { appendTo, generateMessages } from './generated-messages.ts';
import { createSpooledStore } from './spooled-store.ts';

const spooled = await createSpooledStore({ dataDirectory: process.argv[2]! });
for (const message of generateMessages(3, 50)) appendTo(spooled.append, message);
await spooled.settle();
console.log(`stored ${(await spooled.store.statistics()).messages}`);
setInterval(() => {}, 1_000);
