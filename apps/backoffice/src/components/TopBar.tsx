import React, { useEffect, useRef, useState } from 'react';
import { useSelector } from 'react-redux';
import { useLocation, useNavigate } from 'react-router-dom';

interface Session {
  email: string;
  name: string;
  role: string;
}

/** The bar on top of every page: the one search box, and who is signed in. */
export default function TopBar({ toggleSidebar }: { toggleSidebar: () => void }) {
  const session = useSelector((state: { session: Session | null }) => state.session);
  const location = useLocation();
  const navigate = useNavigate();
  const box = useRef<HTMLInputElement>(null);
  const [query, setQuery] = useState('');

  useEffect(() => {
    if (location.pathname === '/admin/pages/find') setQuery(new URLSearchParams(location.search).get('q') ?? '');
  }, [location]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isTyping = /^(input|textarea|select)$/i.test((event.target as HTMLElement).tagName);
      if (event.key !== '/' || isTyping) return;
      event.preventDefault();
      box.current?.focus();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);

  const search = (event: React.FormEvent) => {
    event.preventDefault();
    if (query.trim()) navigate(`/admin/pages/find?q=${encodeURIComponent(query.trim())}`);
  };

  return (
    <div className="bo-topbar" data-css="topbar">
      <button type="button" className="bo-menu" onClick={toggleSidebar} aria-label="Menu">☰</button>
      <form role="search" onSubmit={search}>
        <input
          ref={box}
          type="search"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          placeholder="Find a call, event, delivery, account, phone number or URL   ( / )"
          aria-label="Find a call id, event id, delivery id, account name, phone number or webhook URL"
          maxLength={2_048}
        />
        <button type="submit" className="bo-button">Find</button>
      </form>
      {session && (
        <div className="bo-me">
          <a href="/admin/security" title="Your password and one-time codes">
            {session.email}
            <small>{session.role}</small>
          </a>
          <form method="post" action="/admin/logout">
            <button type="submit" className="bo-button small">Sign out</button>
          </form>
        </div>
      )}
    </div>
  );
} // prettier-ignore
