import { ChevronRight, KeyRound, SlidersHorizontal, type LucideIcon } from 'lucide-react';
import { Link } from 'wouter';
import { Page } from '../../shell/page';

export function SettingsPage() {
  return (
    <Page title="Settings">
      <div className="stack">
        <Card to="/settings/api-keys" icon={KeyRound} title="API Keys">
          Keys for calling our API, and webhooks that send call data to your own systems.
        </Card>
        <Card to="/settings/preferences" icon={SlidersHorizontal} title="Preferences">
          Time zone, appearance, and your session.
        </Card>
      </div>
    </Page>
  );
}

function Card({
  to,
  icon: Icon,
  title,
  children,
}: {
  to: string;
  icon: LucideIcon;
  title: string;
  children: string;
}) {
  return (
    <Link to={to} className="card padded row settings-card">
      <Icon size={20} aria-hidden="true" />
      <span className="grow">
        <strong>{title}</strong>
        <span className="soft block">{children}</span>
      </span>
      <ChevronRight size={18} aria-hidden="true" />
    </Link>
  );
}
