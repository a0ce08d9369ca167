import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { api, serverNow } from './client';
import type {
  ChangedWebhook,
  ApiKey,
  Delivery,
  DeliveryDetail,
  EventTypeInfo,
  ListedSession,
  Page,
  Replay,
  ReplayKind,
  Scope,
  Session,
  Stats,
  TestResult,
  Webhook,
  WebhookInput,
} from './types';

export type StatsWindow = '1h' | '24h' | '7d' | '30d';

const LIVE_MS = 2500;

export function useSession() {
  return useQuery({
    queryKey: ['session'],
    queryFn: () => api.get<Session>('/session'),
    retry: false,
    staleTime: 60_000,
  });
}

export function useApiKeys() {
  return useQuery({ queryKey: ['api-keys'], queryFn: () => api.all<ApiKey>('/api-keys') });
}

export function useCreateApiKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { name: string; scopes: Scope[]; expiresAt?: string }) =>
      api.post<ApiKey & { key: string }>('/api-keys', input),
    onSuccess: () => client.invalidateQueries({ queryKey: ['api-keys'] }),
    // The key must not stay in memory longer than the dialog that shows it.
    gcTime: 0,
  });
}

export function useRevokeApiKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.delete(`/api-keys/${id}`),
    // Keys and sessions that it created end with it.
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['api-keys'] }),
        client.invalidateQueries({ queryKey: ['sessions'] }),
      ]),
  });
}

export function useSessions() {
  return useQuery({ queryKey: ['sessions'], queryFn: () => api.all<ListedSession>('/sessions') });
}

export function useEndSession() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.delete(`/sessions/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['sessions'] }),
  });
}

export function useEventTypes() {
  return useQuery({
    queryKey: ['event-types'],
    queryFn: async () => (await api.get<{ data: EventTypeInfo[] }>('/event-types')).data,
    staleTime: Infinity,
  });
}

export function useWebhooks(enabled = true) {
  return useQuery({
    queryKey: ['webhooks'],
    queryFn: () => api.all<Webhook>('/webhooks'),
    enabled,
    refetchInterval: 15_000,
  });
}

export function useWebhook(id: string) {
  return useQuery({
    queryKey: ['webhooks', id],
    queryFn: () => api.getWithEtag<Webhook>(`/webhooks/${id}`),
    refetchInterval: 10_000,
  });
}

export function useCreateWebhook() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: WebhookInput) => api.post<ChangedWebhook>('/webhooks', input),
    onSuccess: () => client.invalidateQueries({ queryKey: ['webhooks'] }),
    gcTime: 0,
  });
}

export function useUpdateWebhook(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ change, etag }: { change: Partial<WebhookInput>; etag?: string | null }) =>
      api.patch<Webhook>(`/webhooks/${id}`, change, etag),
    onSettled: () => client.invalidateQueries({ queryKey: ['webhooks'] }),
    gcTime: 0,
  });
}

export function useDeleteWebhook(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.delete(`/webhooks/${id}`),
    onSuccess: () => {
      client.removeQueries({ queryKey: ['webhooks', id] });
      return client.invalidateQueries({ queryKey: ['webhooks'], exact: true });
    },
  });
}

export function useRotateSecret(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { secret?: string; overlapHours: number }) =>
      api.post<ChangedWebhook & { secret: string | null }>(`/webhooks/${id}/rotate-secret`, input),
    onSuccess: () => client.invalidateQueries({ queryKey: ['webhooks'] }),
    gcTime: 0,
  });
}

export function useTestWebhook(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (eventType: string) => api.post<TestResult>(`/webhooks/${id}/test`, { eventType }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['deliveries'] }),
  });
}

export function useStats(webhookId: string, window: StatsWindow, enabled = true) {
  return useQuery({
    queryKey: ['stats', webhookId, window],
    queryFn: () => api.get<Stats>(`/webhooks/${webhookId}/stats`, { window }),
    enabled,
    placeholderData: keepPreviousData,
    refetchInterval: window === '1h' ? 10_000 : 30_000,
  });
}

export interface DeliveryFilter {
  status?: string;
  webhookId?: string;
  eventType?: string;
  eventId?: string;
  callId?: string;
  since?: string;
  until?: string;
}

/** Newest first, further pages on demand. While `live`, the pages that are shown are read again every few seconds. */
export function useDeliveries(filter: DeliveryFilter, live: boolean) {
  return useInfiniteQuery({
    queryKey: ['deliveries', 'list', filter],
    queryFn: ({ pageParam }) =>
      api.get<Page<Delivery>>('/deliveries', { ...filter, limit: 50, cursor: pageParam ?? undefined }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    // Reading ten pages every two seconds would be unkind; who has scrolled so far is not watching for new ones.
    refetchInterval: (query) => (live && (query.state.data?.pages.length ?? 0) <= 3 ? LIVE_MS : false),
  });
}

/** The deliveries of the last hour, newest first; null where there are more than a chart should ask for. */
export function useLastHour(webhookId: string) {
  return useQuery({
    queryKey: ['deliveries', 'last-hour', webhookId],
    queryFn: async (): Promise<Delivery[] | null> => {
      const since = new Date(serverNow() - 3_600_000).toISOString();
      const rows = await api.all<Delivery>(`/deliveries?${new URLSearchParams({ webhookId, since })}`, 1001);
      return rows.length > 1000 ? null : rows;
    },
    refetchInterval: 15_000,
  });
}

/** With `eager` a new attempt is expected, although nothing says so yet. */
export function useDelivery(id: string, eager: boolean) {
  return useQuery({
    queryKey: ['deliveries', id],
    queryFn: () => api.get<DeliveryDetail>(`/deliveries/${id}`),
    refetchInterval: (query) => (eager || query.state.data?.status === 'PENDING' ? 800 : 10_000),
  });
}

export function useResend(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.post<unknown>(`/deliveries/${id}/retry`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['deliveries'] }),
  });
}

/** Replays of a webhook, newest first; asked often while one is under way. */
export function useReplays(webhookId: string) {
  return useQuery({
    queryKey: ['replays', webhookId],
    queryFn: async () => (await api.get<Page<Replay>>(`/webhooks/${webhookId}/replays`, { limit: 5 })).data,
    refetchInterval: (query) => (query.state.data?.[0]?.status === 'RUNNING' ? 700 : false),
  });
}

export function useStartReplay(webhookId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { since: string; until?: string; which: ReplayKind }) =>
      api.post<Replay>(`/webhooks/${webhookId}/replay`, input),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['replays', webhookId] }),
        client.invalidateQueries({ queryKey: ['deliveries'] }),
      ]),
  });
}

export function useCancelReplay(webhookId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.post<Replay>(`/replays/${id}/cancel`),
    onSettled: () => client.invalidateQueries({ queryKey: ['replays', webhookId] }),
  });
}
