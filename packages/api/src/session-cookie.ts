import type { FastifyReply, FastifyRequest } from 'fastify';
import { SESSION_ABSOLUTE_US } from './accounts/sessions.ts';

export const SESSION_COOKIE = 'calliope_session';

/** The session's secret as the browser sent it. */
export function sessionSecretOf(request: FastifyRequest): string | undefined {
  return request.cookies[SESSION_COOKIE];
}

export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, secret: string): void {
  reply.setCookie(SESSION_COOKIE, secret, { ...attributes(request), maxAge: SESSION_ABSOLUTE_US / 1_000_000 });
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(SESSION_COOKIE, attributes(request));
}

function attributes(request: FastifyRequest) {
  // Without TLS a Secure cookie would not come back, and nobody could log in on a plain HTTP network.
  return { path: '/', httpOnly: true, sameSite: 'strict', secure: request.protocol === 'https' } as const;
}
