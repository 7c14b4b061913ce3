import { timingSafeEqual } from 'node:crypto';
import type { Role } from '@calliope/model';
import type { FastifyRequest } from 'fastify';
import { hashSecret } from './accounts/sessions.ts';
import type { ApiApp } from './api-app.ts';
import type { ApiContext } from './api-context.ts';
import { ApiError } from './api-error.ts';
import { sessionSecretOf } from './session-cookie.ts';

/**
 * Who may ask:
 * - `anonymous`: anybody;
 * - `user`: who logged in or has a token;
 * - `person`: the same but not by an API token, so that a token that leaked cannot make others;
 * - `session`: who logged in with a password;
 * - `admin`: as `user`, with role admin;
 * - `local`: anybody on the same machine; others as `user`.
 */
export type Access = 'anonymous' | 'user' | 'person' | 'session' | 'admin' | 'local';

export interface Principal {
  /** User name; empty for the local token, which is nobody's. */
  username: string;
  role: Role;
  via: 'session' | 'token' | 'local';
}

/**
 * Finds out who asks, and refuses who may not. A route of `/api/v1` or `/metrics` without a rule makes the start fail.
 */
export function addAccessControl(app: ApiApp, context: ApiContext): void {
  const { accounts } = context;
  const localHash = context.localToken === undefined ? undefined : hashSecret(context.localToken);

  const principalOf = (request: FastifyRequest): Principal | null => {
    const authorization = request.headers.authorization;
    if (authorization !== undefined) {
      const principal = principalOfToken(authorization);
      // Not "anonymous": whoever sends a token should learn that it is not valid.
      if (!principal) throw new ApiError('unauthorized', 'The token is not valid, or no longer.');
      return principal;
    }
    const secret = sessionSecretOf(request);
    const username = secret === undefined ? undefined : accounts.sessionUser(secret);
    return username === undefined ? null : principalOfUser(username, 'session');
  };

  const principalOfToken = (authorization: string): Principal | null => {
    const secret = /^Bearer +([A-Za-z0-9._~+/-]{1,256}=*) *$/i.exec(authorization)?.[1];
    if (secret === undefined) return null;
    if (localHash && timingSafeEqual(hashSecret(secret), localHash)) {
      return { username: '', role: 'admin', via: 'local' };
    }
    const username = accounts.tokenUser(secret);
    return username === undefined ? null : principalOfUser(username, 'token');
  };

  const principalOfUser = (username: string, via: 'session' | 'token'): Principal | null => {
    const user = accounts.findUser(username);
    return user ? { username: user.username, role: user.role, via } : null;
  };

  app.decorateRequest('principal', null);
  app.addHook('onRoute', (route) => {
    if (/^\/(api\/v1|metrics)(\/|$)/.test(route.url) && route.config?.access === undefined) {
      throw new Error(`The route ${String(route.method)} ${route.url} has no rule of access.`);
    }
  });
  app.addHook('onRequest', async (request, reply) => {
    const access = request.routeOptions.config.access;
    if (access === undefined) return;
    try {
      request.principal = principalOf(request);
      checkAccess(access, request);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) reply.header('www-authenticate', 'Bearer');
      throw error;
    }
  });
}

function checkAccess(access: Access, request: FastifyRequest): void {
  const { principal } = request;
  if (access === 'anonymous' || (access === 'local' && isLocal(request))) return;
  if (!principal) throw new ApiError('unauthorized');
  if (access === 'admin' && principal.role !== 'admin') throw new ApiError('forbidden');
  if (access === 'person' && principal.via === 'token') throw new ApiError('session_required');
  if (access === 'session' && principal.via !== 'session') throw new ApiError('session_required');
}

/** A proxy on the same machine brings strangers from a loopback address: its headers give it away, trusted or not. */
function isLocal(request: FastifyRequest): boolean {
  if ('x-forwarded-for' in request.headers || 'forwarded' in request.headers) return false;
  return isLoopback(request.socket.remoteAddress ?? '');
}

export function isLoopback(address: string): boolean {
  return /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/i.test(address);
}
