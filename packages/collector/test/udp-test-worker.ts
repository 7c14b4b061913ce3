// The entry file of the receive worker in tests, as the composition root has one of its own.
import { workerData } from 'node:worker_threads';
import { runReceiveWorker } from '../src/index.ts';
import { createFileSink } from './file-sink.ts';

runReceiveWorker({
  createSink: (events) => {
    const sink = createFileSink(workerData.directory, 'udp', events, workerData.maxMessages);
    const append = sink.append.bind(sink);
    sink.append = (packet, fields, node) => {
      const text = Buffer.from(packet.payload.subarray(packet.payloadStart, packet.payloadEnd)).toString();
      if (text.includes('sip:crash@')) throw new Error('the worker fails, as the test asked for');
      append(packet, fields, node);
    };
    return sink;
  },
});
