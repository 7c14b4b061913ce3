import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { Access, Principal } from './access.ts';

/** The Fastify instance, with request types from the TypeBox schemas of its routes. */
export type ApiApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null for nobody. Set before any handler runs. */
    principal: Principal | null;
  }
  interface FastifyContextConfig {
    /** Who may ask. Every route of `/api/v1` and `/metrics` must say. */
    access?: Access;
  }
}
