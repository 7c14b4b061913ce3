import { resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { ApiApp } from './api-app.ts';
import { ApiError } from './api-error.ts';

const YEAR_MS = 365 * 24 * 3600 * 1000;

/** Serves the built web interface; what is no file and not of the API is a page of it, which it finds by the URL itself. */
export async function addWebFiles(app: ApiApp, webRoot: string | undefined): Promise<void> {
  if (webRoot !== undefined) {
    const root = resolve(webRoot);
    // Names of assets carry a hash of their content.
    await app.register(fastifyStatic, {
      root: resolve(root, 'assets'),
      prefix: '/assets/',
      maxAge: YEAR_MS,
      immutable: true,
      index: false,
      preCompressed: true,
    });
    await app.register(fastifyStatic, {
      root,
      prefix: '/',
      decorateReply: false,
      cacheControl: false,
      preCompressed: true,
      globIgnore: ['assets/**'],
      wildcard: false,
      setHeaders: (reply) => void reply.header('cache-control', 'no-cache'),
    });
    app.setNotFoundHandler((request, reply) => {
      const page = request.method === 'GET' || request.method === 'HEAD';
      if (!page || /^\/(api|metrics|assets)(\/|\?|$)/.test(request.url)) throw notFound(request.method, request.url);
      return reply.header('cache-control', 'no-cache').sendFile('index.html', root, { cacheControl: false });
    });
    return;
  }
  app.setNotFoundHandler((request) => {
    throw notFound(request.method, request.url);
  });
}

function notFound(method: string, url: string): ApiError {
  const path = url.split('?', 1)[0]!.slice(0, 200);
  return new ApiError('not_found', `There is no ${method} ${path} here.`);
}
