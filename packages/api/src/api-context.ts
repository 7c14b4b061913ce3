import type { Accounts } from './accounts/accounts.ts';
import type { ApiLimits, ApiOptions } from './api-options.ts';

/** What every group of routes is given. */
export interface ApiContext extends Omit<ApiOptions, 'limits' | 'controlDatabasePath'> {
  accounts: Accounts;
  limits: ApiLimits;
}
