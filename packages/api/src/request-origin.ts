import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { isLoopback } from './access.ts';
import type { ApiApp } from './api-app.ts';
import type { ApiContext } from './api-context.ts';
import { ApiError } from './api-error.ts';
import { sessionSecretOf } from './session-cookie.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses what a page of another site makes a browser send:
 * - unsafe methods by cookie (and login, which sets one) from another origin, beside SameSite=Strict;
 * - names that were rebound to a loopback address (DNS rebinding), where being local is a right by itself.
 */
export function addOriginChecks(app: ApiApp, context: ApiContext): void {
  const allowedHosts = new Set((context.allowedHosts ?? []).map((host) => host.toLowerCase()));
  const behindProxy = context.trustProxy !== undefined && context.trustProxy !== false;

  app.addHook('onRequest', async (request) => {
    const boundTo = request.socket.localAddress;
    if (boundTo !== undefined && isLoopback(boundTo) && !behindProxy && !isLocalName(request.hostname, allowedHosts)) {
      throw new ApiError('host_not_allowed');
    }
    if (SAFE_METHODS.has(request.method)) return;
    // A token is not sent by a browser of its own accord, so with one there is nothing to forge.
    if (request.headers.authorization !== undefined) return;
    const login = request.routeOptions.url === '/api/v1/login';
    if ((login || sessionSecretOf(request) !== undefined) && isCrossOrigin(request)) {
      throw new ApiError('cross_site_request');
    }
  });
}

function isLocalName(hostname: string, allowedHosts: ReadonlySet<string>): boolean {
  const name = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  // An address cannot be rebound.
  if (name === '' || isIP(name) !== 0) return true;
  return name === 'localhost' || name.endsWith('.localhost') || allowedHosts.has(name);
}

/** Programs send neither header, and have no cookies of somebody else to abuse. */
function isCrossOrigin(request: FastifyRequest): boolean {
  // Fetch Metadata: set by the browser, cannot be set by a page. Only sent to https and loopback.
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const { origin } = request.headers;
  if (origin === undefined) return false;
  const own = `${request.protocol}://${request.host}`;
  return !URL.canParse(origin) || !URL.canParse(own) || new URL(origin).host !== new URL(own).host;
}
