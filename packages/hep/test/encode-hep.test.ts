import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyPacket } from '@calliope/model';
import fc from 'fast-check';
import {
  decodeHep,
  encodeHep1,
  encodeHep2,
  encodeHep3,
  HepCode,
  type HepFields,
  HepFlag,
  hepFieldsOf,
} from '../src/index.ts';
import { decode, HEP1, HEP2, HEP2_IPV6, HEP3, RECEIVED_US, SIP_TEXT, VECTOR_US } from './hep-vectors.ts';

const FIELDS: HepFields = {
  timestampUs: VECTOR_US,
  sourceIp: '192.0.2.1',
  destinationIp: '192.0.2.2',
  sourcePort: 5060,
  destinationPort: 5080,
  payload: Buffer.from(SIP_TEXT),
  captureId: 2001,
};

test('writes HEP 1 and HEP 2 as the synthetic vectors', () => {
  assert.deepEqual(Buffer.from(encodeHep1(FIELDS)), HEP1);
  assert.deepEqual(Buffer.from(encodeHep2(FIELDS)), HEP2);
  const ipv6 = { ...FIELDS, sourceIp: '2001:db8::1', destinationIp: '2001:db8::2' };
  assert.deepEqual(Buffer.from(encodeHep2(ipv6)), HEP2_IPV6);
});

test('writes HEP 3 as the synthetic vector, byte for byte', () => {
  const frame = encodeHep3({ ...FIELDS, key: 'pw', correlationId: 'abc', nodeName: 'n1' });
  assert.deepEqual(Buffer.from(frame!), HEP3);
});

const address = fc.oneof(
  fc.tuple(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 4, maxLength: 4 })),
  fc.tuple(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.uint8Array({ minLength: 16, maxLength: 16 })),
);
const anyFields = fc
  .record({
    timestampUs: fc.integer({ min: RECEIVED_US - 1e12, max: RECEIVED_US }),
    addresses: address,
    sourcePort: fc.nat(0xffff),
    destinationPort: fc.nat(0xffff),
    protocol: fc.nat(255),
    payloadType: fc.nat(255),
    payload: fc.uint8Array({ minLength: 1, maxLength: 200 }),
    // An id whose low half is zero reads as sngrep's shifted one.
    captureId: fc.nat(0x7fffffff).filter((id) => id === 0 || (id & 0xffff) !== 0),
    nodeName: fc.uint8Array({ maxLength: 20 }),
    correlationId: fc.uint8Array({ maxLength: 20 }),
    key: fc.uint8Array({ maxLength: 20 }),
    vlan: fc.nat(4094),
  })
  .map(({ addresses, ...rest }) => ({ ...rest, sourceIp: addresses[0], destinationIp: addresses[1] }));

function decodedFields(frame: Uint8Array): HepFields {
  const packet = emptyPacket();
  const result = decodeHep(frame, 0, frame.length, packet, RECEIVED_US);
  assert.equal(result & ~HepFlag.INFLATED & ~HepFlag.NO_TIMESTAMP, HepCode.OK);
  const fields = hepFieldsOf(packet);
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, value instanceof Uint8Array ? Uint8Array.from(value) : value]),
  ) as unknown as HepFields;
}

test('decoding what was encoded as HEP 3 gives every field back, compressed or not', () => {
  fc.assert(
    fc.property(anyFields, fc.boolean(), (fields, compress) => {
      assert.deepEqual(decodedFields(encodeHep3(fields, { compress })!), fields);
    }),
  );
});

test('decoding what was encoded as HEP 2 or HEP 1 gives back what they carry', () => {
  fc.assert(
    fc.property(anyFields, (fields) => {
      // NULs at the end are taken for the ones that OpenSIPS adds, and a message begins with text.
      const payload = Uint8Array.from([...Buffer.from('INVITE sip:'), ...fields.payload, 10]);
      const none = new Uint8Array(0);
      const carried = { ...fields, payload, payloadType: 1, nodeName: none, correlationId: none, key: none, vlan: 0 };
      const version2 = { ...carried, captureId: fields.captureId & 0xffff };
      assert.deepEqual(decodedFields(encodeHep2(version2)), version2);
      assert.deepEqual(decodedFields(encodeHep1(carried)), { ...carried, captureId: 0, timestampUs: RECEIVED_US });
    }),
  );
});

test('a payload that does not fit into a frame gives none, unless it compresses', () => {
  const fields = { ...FIELDS, payload: Buffer.alloc(65_535, 'a') };
  assert.equal(encodeHep3(fields), undefined);
  assert.equal(decode(encodeHep3(fields, { compress: true })!).packet.payload.length, 65_535);
  const overhead = encodeHep3({ ...FIELDS, payload: new Uint8Array(0) })!.length;
  const largest = encodeHep3({ ...FIELDS, payload: new Uint8Array(65_535 - overhead) });
  assert.equal(largest?.length, 65_535);
  assert.equal(encodeHep3({ ...FIELDS, payload: new Uint8Array(65_536 - overhead) }), undefined);
});

test('addresses that are none, or not of one family, are the program’s mistake', () => {
  assert.throws(() => encodeHep3({ ...FIELDS, sourceIp: 'localhost' }), RangeError);
  assert.throws(() => encodeHep1({ ...FIELDS, sourceIp: new Uint8Array(5) }), RangeError);
  assert.throws(() => encodeHep2({ ...FIELDS, sourceIp: '::1' }), RangeError);
});
