import { lazy, Suspense } from 'react';
import { Redirect, Route, Router, Switch } from 'wouter';
import { useSession } from './api/queries';
import { ApiProblem } from './api/client';
import { NotFound } from './pages/not-found';
import { Shell } from './shell/shell';
import { SignIn } from './shell/sign-in';
import { ErrorState, Skeleton } from './ui/states';
import { ToastProvider } from './ui/toast';

const SettingsPage = lazy(() =>
  import('./pages/settings/settings').then((module) => ({ default: module.SettingsPage })),
);
const ApiKeysPage = lazy(() =>
  import('./pages/settings/api-keys-page').then((module) => ({ default: module.ApiKeysPage })),
);
const PreferencesPage = lazy(() =>
  import('./pages/settings/preferences').then((module) => ({ default: module.PreferencesPage })),
);
const CreateWebhookPage = lazy(() =>
  import('./pages/webhook-form/create').then((module) => ({ default: module.CreateWebhookPage })),
);
const WebhookPage = lazy(() =>
  import('./pages/webhook/webhook').then((module) => ({ default: module.WebhookPage })),
);
const DeliveriesPage = lazy(() =>
  import('./pages/deliveries/deliveries').then((module) => ({ default: module.DeliveriesPage })),
);
const DeliveryPage = lazy(() =>
  import('./pages/delivery/delivery').then((module) => ({ default: module.DeliveryPage })),
);
const VerifyPage = lazy(() =>
  import('./pages/verify/verify').then((module) => ({ default: module.VerifyPage })),
);

export const WEBHOOKS_PATH = '/settings/webhooks';

export function App() {
  return (
    <ToastProvider>
      <Router base="/dashboard">
        <Gate />
      </Router>
    </ToastProvider>
  );
}

/** Nothing is shown before it is known for whom. */
function Gate() {
  const session = useSession();
  if (session.isPending) return <div className="main"><Skeleton rows={4} label="Opening the dashboard" /></div>; // prettier-ignore
  if (session.error instanceof ApiProblem && session.error.status === 401) return <SignIn />;
  if (session.error && !session.data) {
    return (
      <main className="main">
        <ErrorState error={session.error} onRetry={() => void session.refetch()} />
      </main>
    );
  }
  return (
    <Shell session={session.data!}>
      <Suspense fallback={<Skeleton />}>
        <Pages />
      </Suspense>
    </Shell>
  );
}

function Pages() {
  return (
    <Switch>
      <Route path="/">
        <Redirect to={WEBHOOKS_PATH} replace />
      </Route>
      <Route path="/settings" component={SettingsPage} />
      <Route path="/settings/api-keys">
        <ApiKeysPage tab="keys" />
      </Route>
      <Route path={WEBHOOKS_PATH}>
        <ApiKeysPage tab="webhooks" />
      </Route>
      <Route path="/settings/webhooks/new" component={CreateWebhookPage} />
      <Route path="/settings/preferences" component={PreferencesPage} />
      <Route path="/webhooks/:id/:tab?">
        {({ id, tab }) => <WebhookPage key={id} id={id} tab={tab ?? 'overview'} />}
      </Route>
      <Route path="/deliveries" component={DeliveriesPage} />
      <Route path="/deliveries/:id">{({ id }) => <DeliveryPage key={id} id={id} />}</Route>
      <Route path="/verify" component={VerifyPage} />
      <Route component={NotFound} />
    </Switch>
  );
}
