export type { Accounts, AccountsOptions } from './accounts/accounts.ts';
export { createAccounts } from './accounts/accounts.ts';
export type { NewUser } from './accounts/users.ts';
export type { ApiErrorCode, ApiErrorDetails } from './api-error.ts';
export { API_ERRORS, ApiError } from './api-error.ts';
export type { ApiLimits, ApiLog, ApiOptions, ApiServer, ImportProgress, ListenAddress } from './api-options.ts';
export { DEFAULT_LIMITS } from './api-options.ts';
export { createApiServer } from './api-server.ts';
