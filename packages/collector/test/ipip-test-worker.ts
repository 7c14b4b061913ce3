// The entry file of the worker that receives IP-in-IP in tests.
import { workerData } from 'node:worker_threads';
import { runIpipWorker } from '../src/index.ts';
import { createFileSink } from './file-sink.ts';

runIpipWorker({ createSink: (events) => createFileSink(workerData.directory, 'ipip', events) });
