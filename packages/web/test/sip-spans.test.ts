import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sipSpans } from '../src/view/sip-spans.ts';

test('colours never change a text, whatever it is', () => {
  const lines = fc.array(
    fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9', '', 'v=0')),
  );
  fc.assert(
    fc.property(lines, fc.constantFrom('\r\n', '\n', '\r'), (parts, ending) => {
      const text = parts.join(ending);
      assert.equal(
        sipSpans(text)
          .map((span) => span.text)
          .join(''),
        text,
      );
    }),
  );
});

test('start line, header names, URIs, parameters and SDP types are told apart', () => {
  const spans = sipSpans('INVITE sip:b@x SIP/2.0\r\nTo: "Bob" <sip:b@x>;tag=1\r\n\r\na=rtpmap:8 PCMA/8000\r\n');
  const textOf = (kind: string) => spans.filter((span) => span.kind === kind).map((span) => span.text);
  assert.deepEqual(textOf('start'), ['INVITE sip:b@x SIP/2.0']);
  assert.deepEqual(textOf('name'), ['To', 'a']);
  assert.deepEqual(textOf('uri'), ['sip:b@x']);
  assert.deepEqual(textOf('string'), ['"Bob"']);
  assert.deepEqual(textOf('parameter'), [';tag']);
});
