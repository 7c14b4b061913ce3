import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import type { ApiApp } from './api-app.ts';
import { namedSchemas } from './schemas/answer-schemas.ts';
import { DOCS_CONTENT_SECURITY_POLICY } from './security-headers.ts';

/** Collects the routes that are added after it into an OpenAPI 3.1 document. */
export async function addOpenApiDocument(app: ApiApp): Promise<void> {
  for (const schema of namedSchemas()) app.addSchema(schema);
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Calliope',
        // Of the interface, not of the program: `/api/v1`.
        version: '1.0.0',
        description:
          'Search and export captured SIP. Times are microseconds since 1970 (`…Us`). Every answer with a status of 400 or more is an `ErrorResponse`. ' +
          'Log in with `POST /api/v1/login` for a cookie, or send a token: `Authorization: Bearer cal_…`.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      tags: [
        { name: 'search', description: 'Messages, calls, histograms, facets.' },
        { name: 'export', description: 'Files for other programs and for tickets.' },
        { name: 'import', description: 'Capture files.' },
        { name: 'account', description: 'Logging in and out, and oneself.' },
        { name: 'tokens', description: 'Access for programs.' },
        { name: 'users', description: 'For administrators.' },
        { name: 'server', description: 'How the server is.' },
      ],
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: 'calliope_session' },
          token: { type: 'http', scheme: 'bearer' },
        },
      },
    },
    refResolver: { buildLocalReference: (json, _baseUri, _fragment, index) => String(json.$id ?? `def-${index}`) },
    transform: ({ schema, url, route }) => {
      const access = route.config?.access;
      const security = access === 'anonymous' ? [] : [{ session: [] }, { token: [] }];
      return { url, schema: { ...schema, ...(access === undefined ? { hide: true } : { security }) } };
    },
  });
}

/** `GET /api/openapi.json`, and the document for people at `/api/docs`; all its files are served from here. */
export async function addOpenApiPages(app: ApiApp): Promise<void> {
  app.get('/api/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  await app.register(fastifySwaggerUi, {
    routePrefix: '/api/docs',
    staticCSP: DOCS_CONTENT_SECURITY_POLICY,
    theme: { title: 'Calliope API' },
    uiConfig: { docExpansion: 'list', tryItOutEnabled: true, displayRequestDuration: true },
  });
}
