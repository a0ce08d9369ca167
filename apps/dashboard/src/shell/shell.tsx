import {
  ArrowLeftRight,
  KeyRound,
  Menu,
  Settings,
  ShieldCheck,
  SlidersHorizontal,
  type LucideIcon,
} from 'lucide-react';
import { Dialog } from 'radix-ui';
import { useEffect, useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import type { Session } from '../api/types';
import { useZone } from '../lib/preferences';
import { zoneLabel } from '../lib/time';
import { Button } from '../ui/button';
import { Mark } from './brand';

/** The frame of every page: navigation at the side, on a phone behind a button. */
export function Shell({ session, children }: { session: Session; children: ReactNode }) {
  const [location] = useLocation();
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [location]);
  return (
    <div className="shell">
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <Sidebar session={session} />
      <header className="topbar">
        <Dialog.Root open={open} onOpenChange={setOpen}>
          <Dialog.Trigger asChild>
            <Button look="quiet" aria-label="Open the menu" icon={<Menu size={20} aria-hidden="true" />} />
          </Dialog.Trigger>
          <Dialog.Portal>
            <Dialog.Overlay className="overlay" />
            <Dialog.Content className="drawer" aria-describedby={undefined}>
              <Dialog.Title className="visually-hidden">Menu</Dialog.Title>
              <Sidebar session={session} />
            </Dialog.Content>
          </Dialog.Portal>
        </Dialog.Root>
        <strong className="truncate">{session.account.name}</strong>
        <Mark />
      </header>
      <main id="content" className="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

function Sidebar({ session }: { session: Session }) {
  const zone = useZone();
  return (
    <header className="sidebar">
      <Link to="/" className="brand">
        <Mark />
        <span style={{ minWidth: 0 }}>
          SkipCalls
          <span className="account truncate">{session.account.name}</span>
        </span>
      </Link>
      <nav aria-label="Main">
        <ul className="nav">
          <Item to="/deliveries" icon={ArrowLeftRight} name="Deliveries" />
          <Item to="/verify" icon={ShieldCheck} name="Verify signatures" />
          <Item to="/settings" icon={Settings} name="Settings" within={['/settings', '/webhooks']}>
            <ul className="nav">
              <Item
                to="/settings/api-keys"
                icon={KeyRound}
                name="API Keys"
                within={['/settings/webhooks', '/webhooks']}
              />
              <Item to="/settings/preferences" icon={SlidersHorizontal} name="Preferences" />
            </ul>
          </Item>
        </ul>
      </nav>
      <div className="sidebar-foot">
        <span>
          Times are shown in {zone.replaceAll('_', ' ')}
          {zone === 'UTC' ? '' : ` (${zoneLabel(zone, new Date())})`}.{' '}
          <Link to="/settings/preferences" className="underlined">
            Change
          </Link>
        </span>
      </div>
    </header>
  );
}

function Item({
  to,
  icon: Icon,
  name,
  within = [],
  children,
}: {
  to: string;
  icon: LucideIcon;
  name: string;
  /** Pages that belong to this item without being it. */
  within?: string[];
  children?: ReactNode;
}) {
  const [location] = useLocation();
  const inside = [to, ...within].some((path) => location === path || location.startsWith(`${path}/`));
  // An item that has others below it is the current page only itself.
  const current = children ? location === to : inside;
  return (
    <li>
      <Link
        to={to}
        aria-current={current ? 'page' : undefined}
        data-current={inside && !current ? '' : undefined}
      >
        <Icon size={17} aria-hidden="true" />
        {name}
      </Link>
      {children}
    </li>
  );
}
