import type { Role, TokenCreated, TokenInfo, UserInfo } from '@calliope/model';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { asFailure } from './api-failure.ts';
import { SESSION_KEY } from './query-client.ts';
import { requestJson } from './request-json.ts';

export interface Session {
  username: string;
  role: Role;
  mustChangePassword: boolean;
}

/** Who is logged in; null when nobody is. */
export function useSession() {
  return useQuery({
    queryKey: SESSION_KEY,
    queryFn: async ({ signal }) => {
      try {
        return await requestJson<Session>('me', { signal });
      } catch (error) {
        if (asFailure(error).status === 401) return null;
        throw error;
      }
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useLogin() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { username: string; password: string }) =>
      requestJson<Session>('login', { method: 'POST', body }),
    onSuccess: (session) => {
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== SESSION_KEY[0] });
      client.setQueryData(SESSION_KEY, session);
    },
  });
}

export function useLogout() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => requestJson<void>('logout', { method: 'POST' }),
    onSuccess: () => {
      client.setQueryData(SESSION_KEY, null);
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== SESSION_KEY[0] });
    },
  });
}

export function useChangePassword() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { currentPassword: string; newPassword: string }) =>
      requestJson<void>('me/password', { method: 'POST', body }),
    onSuccess: () => client.invalidateQueries({ queryKey: SESSION_KEY }),
  });
}

/** Lists may come bare or wrapped; both are read. */
function listIn<T>(answer: T[] | Record<string, T[]>): T[] {
  return Array.isArray(answer) ? answer : (Object.values(answer).find(Array.isArray) ?? []);
}

export function useUsers() {
  return useQuery({
    queryKey: ['users'],
    queryFn: async ({ signal }) => listIn(await requestJson<UserInfo[]>('users', { signal })),
  });
}

export function useTokens() {
  return useQuery({
    queryKey: ['tokens'],
    queryFn: async ({ signal }) => listIn(await requestJson<TokenInfo[]>('tokens', { signal })),
  });
}

export function useUserChanges() {
  const client = useQueryClient();
  const onSuccess = () => client.invalidateQueries({ queryKey: ['users'] });
  return {
    add: useMutation({
      mutationFn: (body: { username: string; role: Role; password: string }) =>
        requestJson<void>('users', { method: 'POST', body }),
      onSuccess,
    }),
    change: useMutation({
      mutationFn: ({ username, ...body }: { username: string; role?: Role; password?: string }) =>
        requestJson<void>(`users/${encodeURIComponent(username)}`, { method: 'PATCH', body }),
      onSuccess,
    }),
    remove: useMutation({
      mutationFn: (username: string) =>
        requestJson<void>(`users/${encodeURIComponent(username)}`, { method: 'DELETE' }),
      onSuccess,
    }),
  };
}

export function useTokenChanges() {
  const client = useQueryClient();
  const onSuccess = () => client.invalidateQueries({ queryKey: ['tokens'] });
  return {
    add: useMutation({
      mutationFn: (body: { name: string; expiresInDays?: number }) =>
        requestJson<TokenCreated>('tokens', { method: 'POST', body }),
      onSuccess,
    }),
    remove: useMutation({
      mutationFn: (id: string) => requestJson<void>(`tokens/${encodeURIComponent(id)}`, { method: 'DELETE' }),
      onSuccess,
    }),
  };
}
