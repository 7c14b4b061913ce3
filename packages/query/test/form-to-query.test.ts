import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formToQuery, METHODS, NUMBER_MODES, queryToForm, SEARCH_FORM_FIELDS, type SearchForm } from '@calliope/query';
import fc from 'fast-check';
import { errorOf, filterOf, shownFilterOf } from './compile-for-test.ts';

function formOf(text: string): SearchForm {
  const result = queryToForm(text);
  assert.ok('form' in result, 'reason' in result ? result.reason : '');
  return result.form;
}

function reasonOf(text: string): string {
  const result = queryToForm(text);
  assert.ok('reason' in result, text);
  return result.reason;
}

describe('formToQuery', () => {
  /** Form and its query; reading the query gives the form again. */
  const table: [SearchForm, string][] = [
    [{}, ''],
    [{ number: '7654321' }, '7654321'],
    [{ number: '+49 30 123456' }, '"+49 30 123456"'],
    [{ number: '4321', numberMode: 'ends' }, 'number = *4321'],
    [{ number: 'alice', numberMode: 'contains' }, 'number = *alice*'],
    [{ aNumber: '030123456', aNumberMode: 'exact' }, 'a = 030123456'],
    [{ aNumber: '0301', aNumberMode: 'starts' }, 'a = 0301*'],
    [{ aNumber: '123', aNumberMode: 'contains', bNumber: '4321', bNumberMode: 'ends' }, 'a = *123* and b = *4321'],
    [{ bNumber: '03?1*2' }, 'b = 03?1*2'],
    [{ callId: 'abc@10.0.0.1', fromTag: 'x', toTag: 'y' }, 'call_id = abc@10.0.0.1 and from_tag = x and to_tag = y'],
    [{ methods: ['INVITE'] }, 'method = INVITE'],
    [{ methods: ['INVITE', 'BYE'], transport: ['udp', 'tls'] }, 'method in (INVITE, BYE) and transport in (udp, tls)'],
    [{ responseCode: '486' }, 'code = 486'],
    [{ responseCode: '4xx, 503' }, 'code in (4xx, 503)'],
    [{ responseCode: '>=500' }, 'code >= 500'],
    [{ responseCode: '!=200' }, 'code != 200'],
    [{ responseCode: '400..499' }, 'code = 400..499'],
    [{ userAgent: 'FreeSWITCH' }, 'ua = *FreeSWITCH*'],
    [{ userAgent: '=Asterisk PBX' }, 'ua = "Asterisk PBX"'],
    [{ userAgent: 'Asterisk*' }, 'ua = Asterisk*'],
    [
      { sourceIp: '10.0.0.0/8', destinationIp: '!=10.0.0.1', ip: '::1, 10.0.0.2' },
      'src = 10.0.0.0/8 and dst != 10.0.0.1 and ip in (::1, 10.0.0.2)',
    ],
    [
      { sourcePort: '5060', destinationPort: '5060..5090', port: '>1023' },
      'sport = 5060 and dport = 5060..5090 and port > 1023',
    ],
    [{ ipVersion: '6', node: 'node-1', text: 'X-CID: "4"' }, 'ipv = 6 and node = node-1 and text = "X-CID: \\"4\\""'],
    [
      { methods: ['OPTIONS'], userAgent: 'scanner', not: ['methods', 'userAgent'] },
      'not method = OPTIONS and not ua = *scanner*',
    ],
  ];
  for (const [form, text] of table) {
    test(text || '(empty)', () => {
      assert.equal(formToQuery(form), text);
      assert.deepEqual(formOf(text), form);
      filterOf(text);
    });
  }

  test('what is empty or only white space is left out', () => {
    assert.equal(
      formToQuery({
        number: ' ',
        callId: '',
        methods: [],
        transport: [''],
        ipVersion: '',
        responseCode: ',',
        not: ['callId'],
      }),
      '',
    );
  });

  test('a number without a mode ends with what is typed', () => {
    assert.equal(formToQuery({ aNumber: '4321' }), 'a = *4321');
    assert.equal(formToQuery({ number: 'alice' }), 'number = *alice*');
  });

  test('what does not fit is left for the compiler to point at', () => {
    const text = formToQuery({ callId: 'x', responseCode: 'abc or a = 1' });
    assert.equal(text, 'call_id = x and code = "abc or a = 1"');
    const error = errorOf(text);
    assert.equal(text.slice(error.position, error.position + error.length), '"abc or a = 1"');
    for (const responseCode of ['>=', '>= 1, 2', '!=1,2'])
      assert.equal(errorOf(formToQuery({ responseCode })).code, 'query_type');
  });

  const typed = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom(
      '486',
      '>=500',
      '*4321',
      '+49 30 1',
      '10.0.0.1',
      '10.0.0.0/8',
      'a*',
      '\\*',
      '\\',
      '"',
      ') or (',
      '=x',
      '1, 2',
      '!=5',
      ' ',
    ),
  );
  const anyForm = fc.record(
    {
      number: typed,
      numberMode: fc.constantFrom(...NUMBER_MODES),
      aNumber: typed,
      aNumberMode: fc.constantFrom(...NUMBER_MODES),
      bNumber: typed,
      callId: typed,
      fromTag: typed,
      toTag: typed,
      methods: fc.array(fc.oneof(fc.constantFrom(...METHODS), typed), { maxLength: 3 }),
      responseCode: typed,
      userAgent: typed,
      sourceIp: typed,
      destinationIp: typed,
      ip: typed,
      sourcePort: typed,
      destinationPort: typed,
      port: typed,
      transport: fc.array(fc.constantFrom('udp', 'tls'), { maxLength: 2 }),
      ipVersion: fc.constantFrom('4', '6', ''),
      node: typed,
      text: typed,
      not: fc.subarray([...SEARCH_FORM_FIELDS]),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<SearchForm>;

  test('whatever is typed stays in its field, and a query that came from a form comes back the same', () => {
    fc.assert(
      fc.property(anyForm, (form) => {
        const text = formToQuery(form);
        const back = queryToForm(text);
        // An address typed as a number is searched for as one, and comes back in the field for addresses.
        if ('form' in back && back.form.ip !== undefined && back.form.number === undefined) {
          assert.equal(formToQuery(formOf(formToQuery(back.form))), formToQuery(back.form));
        } else if ('form' in back) assert.equal(formToQuery(back.form), text);
        // The only ways in which a form's own query cannot be shown are values that fit no field.
        else assert.match(back.reason, /^it has|has no field$/);
      }),
      { numRuns: 700 },
    );
  });
});

describe('queryToForm', () => {
  test('shows what was written another way', () => {
    assert.deepEqual(formOf('callee = *1 and (method = BYE)'), { bNumber: '1', bNumberMode: 'ends', methods: ['BYE'] });
    assert.deepEqual(formOf('10.0.0.1'), { ip: '10.0.0.1' });
    assert.deepEqual(formOf('ua != x not (node = y)'), { userAgent: '=x', node: 'y', not: ['userAgent', 'node'] });
    assert.deepEqual(formOf('not ua != x'), { userAgent: '=x' });
    assert.deepEqual(formOf('not 7654321'), { number: '7654321', not: ['number'] });
  });

  test('and means the same', () => {
    for (const text of [
      'callee = *1 method = BYE',
      '10.0.0.1',
      'ua != x',
      'src = 10.0.0.1',
      'code < 300',
      'number = +4930123456',
    ]) {
      assert.equal(shownFilterOf(formToQuery(formOf(text))), shownFilterOf(text));
    }
  });

  const reasons: [string, RegExp][] = [
    ['a = 1 or b = 2', /“a = 1 or b = 2”.*“and” alone/],
    ['not (a = 1 and b = 2)', /“and” alone/],
    ['a = 1 a = 2', /two conditions on a$/],
    ['duration > 5s', /no duration/],
    ['time > now-1h', /no time/],
    ['ua ~ x', /“ua ~ "x"”/],
    ['ua exists', /“ua exists”/],
    ['call_id in (a, b)', /“call_id in \(a, b\)”/],
    ['a == 1', /“a == 1”/],
    ['alice', /“alice” has no field/],
    ['a = ', /ends where a value/],
    ['zzz = 1', /no zzz/],
  ];
  for (const [text, reason] of reasons) test(`says why not: ${text}`, () => assert.match(reasonOf(text), reason));
});
