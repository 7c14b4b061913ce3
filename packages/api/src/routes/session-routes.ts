import type { UserInfo } from '@calliope/model';
import { Type } from 'typebox';
import type { ApiApp } from '../api-app.ts';
import type { ApiContext } from '../api-context.ts';
import { ApiError } from '../api-error.ts';
import { PasswordField, UsernameField } from '../schemas/account-schemas.ts';
import { EXAMPLE_USER } from '../schemas/answer-examples.ts';
import { answerRef, errorAnswers, jsonAnswer } from '../schemas/answer-schemas.ts';
import { clearSessionCookie, sessionSecretOf, setSessionCookie } from '../session-cookie.ts';

/** `POST login`, `POST logout`, `GET me`, `POST me/password` */
export function addSessionRoutes(app: ApiApp, context: ApiContext): void {
  const { accounts, log } = context;

  /** Checks a password, at the pace that failures allow. */
  const checkedUser = async (username: string, password: string, address: string): Promise<UserInfo | undefined> => {
    const wait = accounts.throttle.begin(username, address);
    if (wait) {
      const seconds = wait.retryAfterSeconds;
      throw new ApiError('too_many_attempts', `Too many failed logins: wait ${seconds} s before the next one.`, {
        retryAfterSeconds: seconds,
      });
    }
    const user = await accounts.verifyPassword(username, password);
    if (user) accounts.throttle.succeed(username, address);
    return user;
  };

  app.post(
    '/login',
    {
      config: { access: 'anonymous' },
      schema: {
        operationId: 'login',
        tags: ['account'],
        summary: 'Log in with a password',
        description:
          'Sets an HttpOnly cookie. After failures, the user name and the address have to wait, longer each time.',
        body: Type.Object({ username: UsernameField, password: PasswordField }, { additionalProperties: false }),
        response: {
          200: jsonAnswer('Logged in.', answerRef('UserInfo'), EXAMPLE_USER),
          ...errorAnswers(
            'bad_request',
            'invalid_parameter',
            'login_failed',
            'cross_site_request',
            'too_many_attempts',
            'busy',
          ),
        },
      },
    },
    async (request, reply): Promise<UserInfo> => {
      const { username, password } = request.body;
      const user = await checkedUser(username, password, request.ip);
      if (!user) {
        log('warn', 'A login failed.', { address: request.ip });
        throw new ApiError('login_failed');
      }
      // A session that the browser brought along is over: whoever set it must not share the new one.
      const before = sessionSecretOf(request);
      if (before !== undefined) accounts.endSession(before);
      setSessionCookie(request, reply, accounts.createSession(user.username));
      log('info', 'A user logged in.', { username: user.username, address: request.ip });
      return user;
    },
  );

  app.post(
    '/logout',
    {
      config: { access: 'anonymous' },
      schema: {
        operationId: 'logout',
        tags: ['account'],
        summary: 'End the session',
        description: 'Does nothing without a session.',
        response: { 204: { type: 'null', description: 'Logged out.' }, ...errorAnswers('cross_site_request') },
      },
    },
    async (request, reply) => {
      const secret = sessionSecretOf(request);
      if (secret !== undefined) accounts.endSession(secret);
      clearSessionCookie(request, reply);
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/me',
    {
      config: { access: 'user' },
      schema: {
        operationId: 'me',
        tags: ['account'],
        summary: 'Who I am',
        description: 'The user of the session or of the token.',
        response: {
          200: jsonAnswer('The user.', answerRef('UserInfo'), EXAMPLE_USER),
          ...errorAnswers('unauthorized'),
        },
      },
    },
    async ({ principal }): Promise<UserInfo> => {
      const user = accounts.findUser(principal!.username);
      return user ?? { username: '', role: principal!.role, createdUs: 0, mustChangePassword: false };
    },
  );

  app.post(
    '/me/password',
    {
      config: { access: 'session' },
      schema: {
        operationId: 'changeMyPassword',
        tags: ['account'],
        summary: 'Change my password',
        description: 'Ends all other sessions of the user. Tokens stay.',
        body: Type.Object(
          { currentPassword: PasswordField, newPassword: PasswordField },
          { additionalProperties: false },
        ),
        response: {
          204: { type: 'null', description: 'Changed.' },
          ...errorAnswers(
            'bad_request',
            'invalid_parameter',
            'password_rules',
            'unauthorized',
            'current_password_wrong',
            'session_required',
            'cross_site_request',
            'too_many_attempts',
            'busy',
          ),
        },
      },
    },
    async (request, reply) => {
      const { username } = request.principal!;
      const { currentPassword, newPassword } = request.body;
      if (!(await checkedUser(username, currentPassword, request.ip))) {
        throw new ApiError('current_password_wrong');
      }
      await accounts.setPassword(username, newPassword, { mustChange: false });
      setSessionCookie(request, reply, accounts.createSession(username));
      log('info', 'A user changed the password.', { username, address: request.ip });
      return reply.code(204).send(null);
    },
  );
}
