import type { UserInfo } from '@calliope/model';
import { Type } from 'typebox';
import { checkPassword } from '../accounts/password-rules.ts';
import type { ApiApp } from '../api-app.ts';
import type { ApiContext } from '../api-context.ts';
import { ApiError } from '../api-error.ts';
import { PasswordField, RoleSchema, UsernameField } from '../schemas/account-schemas.ts';
import { EXAMPLE_USER } from '../schemas/answer-examples.ts';
import { answerRef, errorAnswers, jsonAnswer } from '../schemas/answer-schemas.ts';

const params = Type.Object({ username: UsernameField });
const ADMIN_ERRORS = ['invalid_parameter', 'unauthorized', 'forbidden', 'cross_site_request'] as const;

/** `GET`, `POST users`; `GET`, `PATCH`, `DELETE users/:username` */
export function addUserRoutes(app: ApiApp, context: ApiContext): void {
  const { accounts, log } = context;

  const existing = (username: string): UserInfo => {
    const user = accounts.findUser(username);
    if (!user) throw new ApiError('not_found', `There is no user ${JSON.stringify(username)}.`);
    return user;
  };
  const audit = (message: string, by: string, username: string) => log('info', message, { by, username });

  app.get(
    '/users',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'listUsers',
        tags: ['users'],
        summary: 'All users',
        description: 'In the order of their names.',
        response: {
          200: jsonAnswer('The users.', { type: 'array', items: answerRef('UserInfo') }, [EXAMPLE_USER]),
          ...errorAnswers('unauthorized', 'forbidden'),
        },
      },
    },
    async (): Promise<UserInfo[]> => accounts.listUsers(),
  );

  app.post(
    '/users',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'addUser',
        tags: ['users'],
        summary: 'Add a user',
        description: 'Without a password, a strong one is made and is in the answer, this once.',
        body: Type.Object(
          { username: UsernameField, role: RoleSchema, password: Type.Optional(PasswordField) },
          { additionalProperties: false },
        ),
        response: {
          201: jsonAnswer('Added.', answerRef('UserCreated'), { ...EXAMPLE_USER, mustChangePassword: true }),
          ...errorAnswers(...ADMIN_ERRORS, 'bad_request', 'password_rules', 'user_exists', 'busy'),
        },
      },
    },
    async ({ body, principal }, reply): Promise<UserInfo & { password?: string }> => {
      const { user, password } = await accounts.addUser(body);
      audit('A user was added.', principal!.username, user.username);
      reply.code(201).header('location', `/api/v1/users/${encodeURIComponent(user.username)}`);
      return { ...user, ...(password === undefined ? {} : { password }) };
    },
  );

  app.get(
    '/users/:username',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'getUser',
        tags: ['users'],
        summary: 'One user',
        description: 'Found in any letter case.',
        params,
        response: {
          200: jsonAnswer('The user.', answerRef('UserInfo'), EXAMPLE_USER),
          ...errorAnswers('unauthorized', 'forbidden', 'not_found'),
        },
      },
    },
    async ({ params }): Promise<UserInfo> => existing(params.username),
  );

  app.patch(
    '/users/:username',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'changeUser',
        tags: ['users'],
        summary: "Change a user's role or password",
        description: 'A new password ends the sessions of the user, who is asked to choose another one.',
        params,
        body: Type.Object(
          { role: Type.Optional(RoleSchema), password: Type.Optional(PasswordField) },
          { additionalProperties: false },
        ),
        response: {
          200: jsonAnswer('The user as it is now.', answerRef('UserInfo'), { ...EXAMPLE_USER, role: 'admin' }),
          ...errorAnswers(...ADMIN_ERRORS, 'bad_request', 'password_rules', 'not_found', 'last_admin', 'busy'),
        },
      },
    },
    async ({ params, body, principal }): Promise<UserInfo> => {
      const { username } = existing(params.username);
      // Either both are done or, when one is refused, none.
      if (body.password !== undefined) checkPassword(body.password, username);
      if (body.role !== undefined) {
        accounts.setRole(username, body.role);
        audit(`The role of a user was set to ${body.role}.`, principal!.username, username);
      }
      if (body.password !== undefined) {
        await accounts.setPassword(username, body.password, { mustChange: username !== principal!.username });
        audit('The password of a user was set.', principal!.username, username);
      }
      return existing(username);
    },
  );

  app.delete(
    '/users/:username',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'removeUser',
        tags: ['users'],
        summary: 'Remove a user',
        description: 'With all sessions and tokens.',
        params,
        response: {
          204: { type: 'null', description: 'Removed.' },
          ...errorAnswers(...ADMIN_ERRORS, 'not_found', 'last_admin'),
        },
      },
    },
    async ({ params, principal }, reply) => {
      const { username } = existing(params.username);
      accounts.removeUser(username);
      audit('A user was removed.', principal!.username, username);
      return reply.code(204).send(null);
    },
  );
}
