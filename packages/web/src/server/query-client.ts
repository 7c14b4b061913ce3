import { QueryCache, QueryClient } from '@tanstack/react-query';
import { asFailure } from './api-failure.ts';

/** Key of "who am I": null when nobody is logged in, which shows the login page wherever one is. */
export const SESSION_KEY = ['session'] as const;

export function createQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        // A session that ended meanwhile: ask to log in, the URL stays what it is.
        if (asFailure(error).status === 401 && query.queryKey[0] !== SESSION_KEY[0]) {
          client.setQueryData(SESSION_KEY, null);
        }
      },
    }),
    defaultOptions: {
      queries: {
        retry: (failures, error) => failures < 2 && asFailure(error).retryable,
        refetchOnWindowFocus: false,
        staleTime: 5_000,
      },
    },
  });
  return client;
}
