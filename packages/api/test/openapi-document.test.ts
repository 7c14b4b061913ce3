import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { ANSWER_SCHEMAS, type AnswerName } from '../src/schemas/answer-schemas.ts';
import { apiFixture, loginCookie } from './api-fixture.ts';
import { listRoutes } from './list-routes.ts';
import { SIMPLE_CALL_ID } from './sample-messages.ts';

interface Operation {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  security: object[];
  parameters?: { name: string; in: string; schema: object; description?: string }[];
  requestBody?: { content: Record<string, { schema?: object }> };
  responses: Record<
    string,
    {
      description: string;
      content?: Record<string, { schema?: object; example?: unknown; examples?: Record<string, { value: unknown }> }>;
    }
  >;
}
interface Document {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; securitySchemes: object };
}

/** What is wrong with a value, as text. */
function errorsOf(schema: unknown, value: unknown): string[] {
  return Value.Errors(schema as TSchema, value).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

async function fetchDocument(): Promise<{ document: Document; routes: string[] }> {
  await using fixture = await apiFixture();
  const response = await fixture.app.inject({ url: '/api/openapi.json' });
  return { document: response.json(), routes: listRoutes(fixture.app) };
}

test('the document lists every route and nothing else, each with summary, access, errors and examples', async () => {
  const { document, routes } = await fetchDocument();
  assert.equal(document.openapi, '3.1.0');
  const listed = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
  );
  const documented = routes.filter((route) => /^\w+ \/(api\/v1|metrics)/.test(route) && !route.endsWith('/*'));
  assert.deepEqual(listed.sort(), documented.sort());

  const ids = new Set<string>();
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const name = `${method} ${path}`;
      assert.ok(operation.summary && operation.description && operation.tags.length === 1, name);
      assert.ok(!ids.has(operation.operationId), name);
      ids.add(operation.operationId);
      assert.ok(Array.isArray(operation.security), name);
      const statuses = Object.keys(operation.responses);
      assert.ok(
        statuses.some((status) => status.startsWith('2')),
        name,
      );
      assert.ok(statuses.includes('500'), name);
      if (operation.security.length > 0) assert.ok(statuses.includes('401'), name);
      if (operation.parameters?.some((parameter) => parameter.in === 'query') || operation.requestBody) {
        assert.ok(statuses.includes('400'), name);
      }
      for (const parameter of path.match(/(?<=\{)\w+(?=\})/g) ?? []) {
        assert.ok(
          operation.parameters?.some((one) => one.in === 'path' && one.name === parameter),
          name,
        );
      }
      for (const [status, { description, content }] of Object.entries(operation.responses)) {
        assert.ok(description, `${name} ${status}`);
        if (status === '204') continue;
        assert.ok(content && Object.keys(content).length > 0, `${name} ${status}`);
        if (Number(status) < 400) continue;
        const { schema, examples } = content['application/json']!;
        assert.deepEqual(schema, { $ref: '#/components/schemas/ErrorResponse' }, `${name} ${status}`);
        assert.ok(Object.keys(examples ?? {}).length > 0, `${name} ${status}`);
      }
    }
  }
});

test('the examples of the parameters are ones that the server takes', async () => {
  const { document } = await fetchDocument();
  await using fixture = await apiFixture();
  for (const [path, { get }] of Object.entries(document.paths)) {
    const pairs = (get?.parameters ?? [])
      .filter((parameter) => parameter.in === 'query')
      .flatMap(({ name, schema }) => {
        const [example] = (schema as { examples?: unknown[] }).examples ?? [];
        return example === undefined ? [] : [example].flat().map((value) => [name, String(value)]);
      });
    // An export is of one selection: by expression here.
    const parameters = new URLSearchParams(
      path.endsWith('/export') ? pairs.filter(([name]) => !/id$/.test(name!)) : pairs,
    );
    if (pairs.length === 0) continue;
    const response = await fixture.app.inject({
      url: `${path.replace(/\{.*\}/, SIMPLE_CALL_ID)}?${parameters}`,
      headers: fixture.as.user,
    });
    assert.equal(response.statusCode, 200, `${path}?${parameters}: ${response.body}`);
  }
});

test('every reference leads to a schema of the document', async () => {
  const { document } = await fetchDocument();
  const references = new Set(JSON.stringify(document).match(/(?<="\$ref":")[^"]+/g));
  assert.ok(references.size >= 15);
  for (const reference of references) {
    const name = /^#\/components\/schemas\/(\w+)$/.exec(reference)?.[1];
    assert.ok(name !== undefined && name in document.components.schemas, reference);
  }
  assert.deepEqual(Object.keys(document.components.schemas).sort(), Object.keys(ANSWER_SCHEMAS).sort());
});

test('every example of the document is as its schema says', async () => {
  const { document } = await fetchDocument();
  let checked = 0;
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, { responses }] of Object.entries(operations)) {
      for (const [status, { content }] of Object.entries(responses)) {
        const { schema, example, examples } = content?.['application/json'] ?? {};
        const name = /(\w+)$/.exec(String((schema as { $ref?: string } | undefined)?.$ref ?? ''))?.[1] as
          | AnswerName
          | undefined;
        if (name === undefined) continue;
        const values = example === undefined ? Object.values(examples ?? {}).map(({ value }) => value) : [example];
        for (const value of values) {
          checked++;
          assert.deepEqual(errorsOf(ANSWER_SCHEMAS[name], value), [], `${method} ${path} ${status}`);
        }
      }
    }
  }
  assert.ok(checked > 60, `${checked}`);
});

/** Objects of which the document says everything: a member that it does not name is a mistake of one or the other. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return copy.type === 'object' && 'properties' in copy ? { ...copy, additionalProperties: false } : copy;
}

test('the answers are as the document says, with no member more or less', async () => {
  await using fixture = await apiFixture();
  const { app, as } = fixture;
  const call = encodeURIComponent(SIMPLE_CALL_ID);
  const answers: [string, AnswerName, boolean?][] = [
    ['messages', 'MessagesResponse'],
    ['messages?limit=1', 'MessagesResponse'],
    ['messages/a1', 'MessageResponse'],
    ['messages/r1', 'MessageResponse'],
    ['calls', 'CallsResponse'],
    [`calls/${call}`, 'CallResponse'],
    [`call?call_id=${call}&call_id=options-1`, 'CallResponse'],
    ['histogram', 'HistogramResponse'],
    ['facets?fields=method,sourceIp', 'FacetsResponse'],
    ['health', 'HealthReport'],
    ['me', 'UserInfo'],
    ['users/alice', 'UserInfo'],
    ['users', 'UserInfo', true],
    ['tokens', 'TokenInfo', true],
    ['nothing', 'ErrorResponse'],
    ['messages?q=(', 'ErrorResponse'],
  ];
  const check = (name: AnswerName, value: unknown, what: string) => {
    assert.deepEqual(errorsOf(closed(ANSWER_SCHEMAS[name]), value), [], what);
  };
  for (const [path, name, isList] of answers) {
    const body = (await app.inject({ url: `/api/v1/${path}`, headers: as.admin })).json();
    if (isList) assert.ok(body.length > 0, path);
    for (const value of isList ? body : [body]) check(name, value, path);
  }
  check('HealthSummary', (await app.inject({ url: '/api/v1/health' })).json(), 'anonymous health');
  const headers = { cookie: await loginCookie(app, 'root') };
  const post = async (path: string, payload: object) =>
    (await app.inject({ method: 'POST', url: `/api/v1/${path}`, headers, payload })).json();
  check('TokenCreated', await post('tokens', { name: 'x' }), 'token');
  check('UserCreated', await post('users', { username: 'new', role: 'user' }), 'user');
  const imported = await app.inject({
    method: 'POST',
    url: '/api/v1/imports',
    headers: { ...as.user, 'content-type': 'application/octet-stream' },
    payload: Buffer.from('abc'),
  });
  check('ImportResponse', imported.json(), 'import');
});

test('the pages for people are served from here, under a policy that lets nothing else in', async () => {
  await using fixture = await apiFixture();
  const page = await fixture.app.inject({ url: '/api/docs' });
  assert.equal(page.statusCode, 200);
  assert.match(page.body, /swagger-ui/);
  assert.doesNotMatch(page.body, /(?:src|href)="(?:https?:)?\/\//);
  assert.doesNotMatch(page.body, /<script(?![^>]*src=)/);
  assert.match(String(page.headers['content-security-policy']), /default-src 'self'.*frame-ancestors 'none'/);
  for (const [, file] of page.body.matchAll(/(?:src|href)="([^"]+)"/g)) {
    const { pathname } = new URL(String(file), 'http://x/api/docs');
    const response = await fixture.app.inject({ url: pathname });
    assert.equal(response.statusCode, 200, pathname);
  }
  assert.equal((await fixture.app.inject({ url: '/api/docs/json' })).json().openapi, '3.1.0');
});
