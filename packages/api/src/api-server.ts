import type { AddressInfo } from 'node:net';
import fastifyCookie from '@fastify/cookie';
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import fastify from 'fastify';
import { addAccessControl } from './access.ts';
import { createAccounts } from './accounts/accounts.ts';
import type { ApiApp } from './api-app.ts';
import type { ApiContext } from './api-context.ts';
import { ApiError } from './api-error.ts';
import { type ApiOptions, type ApiServer, DEFAULT_LIMITS } from './api-options.ts';
import { addCompression } from './compression.ts';
import { addErrorAnswers, answerClientError, answerError } from './error-answers.ts';
import { addOpenApiDocument, addOpenApiPages } from './openapi-document.ts';
import { addOriginChecks } from './request-origin.ts';
import { addApiRoutes } from './routes/api-routes.ts';
import { addMetricsRoute } from './routes/health-routes.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { addWebFiles } from './web-files.ts';

const MAX_URL_LENGTH = 32 * 1024;
const MAX_HEADER_BYTES = 64 * 1024;
const MAX_JSON_BYTES = 1024 * 1024;
const MAX_PATH_COMPONENT = 2048;
/** Of a connection on which nothing moves; a search may take half of it. */
const IDLE_TIMEOUT_MS = 120_000;
/** Of a whole request with its body: an import of gigabytes over a slow line. */
const REQUEST_TIMEOUT_MS = 3_600_000;
const HEADERS_TIMEOUT_MS = 20_000;
const KEEP_ALIVE_MS = 30_000;

/** @returns the server, not yet listening. @throws Error when the control database cannot be opened */
export async function createApiServer(options: ApiOptions): Promise<ApiServer> {
  const { app, context } = await createApiApp(options);
  return {
    accounts: context.accounts,
    ensureInitialAdmin: () => context.accounts.ensureInitialAdmin(),
    async listen({ host, port }) {
      await app.listen({ host, port });
      const address = app.server.address() as AddressInfo;
      const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
      return { host: address.address, port: address.port, url: `http://${name}:${address.port}` };
    },
    close: () => app.close(),
    setCountryCode(code) {
      if (code === undefined) delete context.countryCode;
      else context.countryCode = code;
    },
  };
}

/**
 * The Fastify instance behind {@link createApiServer}. A request's life, with what each step can answer:
 *
 *   bytes ─▶ headers ─▶ origin ─▶ access ─▶ parameters, body ─▶ handler ─▶ store
 *            400 431 414  421 403   401 403   400 413 415         404 409    503 504
 */
export async function createApiApp(options: ApiOptions): Promise<{ app: ApiApp; context: ApiContext }> {
  const { controlDatabasePath, limits, ...rest } = options;
  const { trustProxy = false } = options;
  const ownsAccounts = typeof controlDatabasePath === 'string';
  const context: ApiContext = {
    ...rest,
    accounts: ownsAccounts ? createAccounts(controlDatabasePath, { clock: options.clock }) : controlDatabasePath,
    limits: { ...DEFAULT_LIMITS, ...limits },
  };
  const app = fastify({
    logger: false,
    trustProxy: typeof trustProxy === 'number' ? (_address, hop) => hop < trustProxy : trustProxy,
    exposeHeadRoutes: false,
    bodyLimit: MAX_JSON_BYTES,
    connectionTimeout: IDLE_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Idle connections are closed at once when the server closes; running ones may end.
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    routerOptions: { maxParamLength: MAX_PATH_COMPONENT },
    http: { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: HEADERS_TIMEOUT_MS },
    clientErrorHandler: (error, socket) => answerClientError(error, socket),
    frameworkErrors: (error, request, reply) => {
      answerError(error, request, reply, context.log);
    },
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.server.maxConnections = context.limits.maxConnections;
  app.setValidatorCompiler(TypeBoxValidatorCompiler);
  // The schemas of answers document; they must not cut what the store said.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  if (ownsAccounts) app.addHook('onClose', async () => context.accounts.close());

  addErrorAnswers(app, context.log);
  app.addHook('onRequest', async (request) => {
    if (request.url.length > MAX_URL_LENGTH) throw new ApiError('uri_too_long');
  });
  await addSecurityHeaders(app);
  await app.register(fastifyCookie);
  addOriginChecks(app, context);
  addAccessControl(app, context);
  addCompression(app);
  await addOpenApiDocument(app);
  await app.register(async (scope) => addApiRoutes(scope as ApiApp, context), { prefix: '/api/v1' });
  addMetricsRoute(app, context);
  await addOpenApiPages(app);
  await addWebFiles(app, options.webRoot);
  await app.ready();
  return { app, context };
}
