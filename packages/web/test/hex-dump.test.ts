import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOfBase64, hexDump } from '../src/view/hex-dump.ts';

test('sixteen bytes a line, the rest beside what can be printed', () => {
  const bytes = new TextEncoder().encode('SIP/2.0 200 OK\r\nVia');
  assert.deepEqual(hexDump(bytes), [
    { offset: '000000', hex: '53 49 50 2f 32 2e 30 20  32 30 30 20 4f 4b 0d 0a', text: 'SIP/2.0 200 OK··' },
    { offset: '000010', hex: '56 69 61', text: 'Via' },
  ]);
  assert.deepEqual(hexDump(new Uint8Array(0)), []);
});

test('base64 gives back every byte', () => {
  assert.deepEqual(
    bytesOfBase64(Buffer.from([0, 255, 128, 10]).toString('base64')),
    Uint8Array.from([0, 255, 128, 10]),
  );
});
