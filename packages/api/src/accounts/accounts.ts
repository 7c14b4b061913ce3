import { type Clock, systemClock } from '@calliope/model';
import { type ApiTokens, createApiTokens } from './api-tokens.ts';
import { openControlDatabase } from './control-database.ts';
import { createLoginThrottle, type LoginThrottle } from './login-throttle.ts';
import { createPasswordHasher, type PasswordCost } from './password-hash.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { createUsers, type Users } from './users.ts';

/** Everything that the control database keeps of people and programs. Usable without a server, by the command line. */
export interface Accounts extends Users, Sessions, ApiTokens {
  readonly throttle: LoginThrottle;
  close(): void;
}

export interface AccountsOptions {
  clock?: Clock;
  /** Cost of new password hashes; older hashes keep theirs until their user logs in. */
  passwordCost?: PasswordCost;
}

/**
 * Opens the accounts of a control database.
 * @param controlDatabasePath file, made when missing, or `:memory:`
 */
export function createAccounts(controlDatabasePath: string, options: AccountsOptions = {}): Accounts {
  const clock = options.clock ?? systemClock;
  const database = openControlDatabase(controlDatabasePath);
  return {
    ...createUsers(database, createPasswordHasher(options.passwordCost), clock),
    ...createSessions(database, clock),
    ...createApiTokens(database, clock),
    throttle: createLoginThrottle(database, clock),
    close: () => database.close(),
  };
}
