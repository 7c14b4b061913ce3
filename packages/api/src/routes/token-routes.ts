import type { TokenCreated, TokenInfo } from '@calliope/model';
import { Type } from 'typebox';
import type { Principal } from '../access.ts';
import type { ApiApp } from '../api-app.ts';
import type { ApiContext } from '../api-context.ts';
import { ApiError } from '../api-error.ts';
import { UsernameField } from '../schemas/account-schemas.ts';
import { EXAMPLE_TOKEN } from '../schemas/answer-examples.ts';
import { answerRef, errorAnswers, jsonAnswer } from '../schemas/answer-schemas.ts';

const DAY_US = 86_400_000_000;

/** `GET`, `POST tokens`; `DELETE tokens/:id` */
export function addTokenRoutes(app: ApiApp, context: ApiContext): void {
  const { accounts, clock, log } = context;

  /** Whose token it will be: one's own; of an administrator also another's. The local token is nobody's, so it stands for the first one. */
  const ownerOf = (principal: Principal, wanted: string | undefined): string => {
    if (wanted !== undefined) {
      const owner = accounts.findUser(wanted)?.username;
      if (principal.role !== 'admin' && owner !== principal.username) throw new ApiError('forbidden');
      return owner ?? wanted;
    }
    if (principal.via !== 'local') return principal.username;
    const admin = accounts.listUsers().find(({ role }) => role === 'admin');
    if (!admin) throw new ApiError('not_found', 'There is no user yet that a token could belong to.');
    return admin.username;
  };

  app.get(
    '/tokens',
    {
      config: { access: 'user' },
      schema: {
        operationId: 'listTokens',
        tags: ['tokens'],
        summary: 'My tokens',
        description: 'Newest first, without their secrets; administrators may ask for everybody’s.',
        querystring: Type.Object(
          { all: Type.Optional(Type.Boolean({ description: "Everybody's; for administrators." })) },
          { additionalProperties: false },
        ),
        response: {
          200: jsonAnswer('The tokens.', { type: 'array', items: answerRef('TokenInfo') }, [EXAMPLE_TOKEN]),
          ...errorAnswers('invalid_parameter', 'unauthorized', 'forbidden'),
        },
      },
    },
    async ({ query, principal }): Promise<TokenInfo[]> => {
      const { role, via, username } = principal!;
      if (query.all && role !== 'admin') throw new ApiError('forbidden');
      return accounts.listTokens(query.all || via === 'local' ? undefined : username);
    },
  );

  app.post(
    '/tokens',
    {
      config: { access: 'person' },
      schema: {
        operationId: 'createToken',
        tags: ['tokens'],
        summary: 'Make a token',
        description:
          'For programs, sent as `Authorization: Bearer cal_…`. It has the rights that its user has at the time, but cannot make tokens.',
        body: Type.Object(
          {
            name: Type.String({ minLength: 1, maxLength: 100, description: 'What it is for.', examples: ['grafana'] }),
            expiresInDays: Type.Optional(
              Type.Integer({ minimum: 1, maximum: 3650, description: 'Without it, the token does not expire.' }),
            ),
            username: Type.Optional(UsernameField),
          },
          { additionalProperties: false },
        ),
        response: {
          201: jsonAnswer('Made. The secret is shown this once.', answerRef('TokenCreated'), {
            ...EXAMPLE_TOKEN,
            secret: 'cal_xI5lUnhTh8bEm0-4M4om47ucWRlHTWzXwbuCpOojd8M',
          }),
          ...errorAnswers(
            'bad_request',
            'invalid_parameter',
            'unauthorized',
            'forbidden',
            'session_required',
            'cross_site_request',
            'not_found',
            'too_many_tokens',
          ),
        },
      },
    },
    async ({ body, principal }, reply): Promise<TokenCreated> => {
      const { name, expiresInDays } = body;
      const expiresUs = expiresInDays === undefined ? null : clock.nowUs() + expiresInDays * DAY_US;
      const token = accounts.createToken({ username: ownerOf(principal!, body.username), name, expiresUs });
      log('info', 'A token was made.', { id: token.id, username: token.username, by: principal!.username });
      reply.code(201);
      return token;
    },
  );

  app.delete(
    '/tokens/:id',
    {
      config: { access: 'user' },
      schema: {
        operationId: 'removeToken',
        tags: ['tokens'],
        summary: 'Remove a token',
        description: 'Of oneself; administrators anybody’s. It stops working at once.',
        params: Type.Object({ id: Type.String({ examples: [EXAMPLE_TOKEN.id] }) }),
        response: {
          204: { type: 'null', description: 'Removed.' },
          ...errorAnswers('unauthorized', 'cross_site_request', 'not_found'),
        },
      },
    },
    async ({ params, principal }, reply) => {
      const token = accounts.findToken(params.id);
      // Others' tokens are as absent ones: their ids are nobody's business.
      if (!token || (token.username !== principal!.username && principal!.role !== 'admin')) {
        throw new ApiError('not_found', 'There is no such token.');
      }
      accounts.removeToken(token.id);
      log('info', 'A token was removed.', { id: token.id, username: token.username, by: principal!.username });
      return reply.code(204).send(null);
    },
  );
}
