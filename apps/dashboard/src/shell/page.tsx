import { useEffect, useRef, type ReactNode } from 'react';
import { Link } from 'wouter';

interface Props {
  title: string;
  /** Shown in place of the bare title. */
  heading?: ReactNode;
  intro?: ReactNode;
  actions?: ReactNode;
  /** The pages above this one. */
  crumbs?: { name: string; to: string }[];
  children: ReactNode;
}

/** Whether somebody has gone from page to page: the first one leaves the focus where the browser has put it. */
let navigated = false;
for (const event of ['pushState', 'popstate']) addEventListener(event, () => (navigated = true));

/** A page with its head. On coming here the focus goes to the heading, so that screen readers say where one is. */
export function Page({ title, heading, intro, actions, crumbs = [], children }: Props) {
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · SkipCalls`;
  }, [title]);
  useEffect(() => {
    if (!navigated) return;
    head.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, []);
  return (
    <>
      {crumbs.length > 0 && (
        <nav aria-label="Breadcrumb">
          <ol className="breadcrumbs">
            {crumbs.map(({ name, to }) => (
              <li key={to}>
                <Link to={to}>{name}</Link>
              </li>
            ))}
          </ol>
        </nav>
      )}
      <header className="page-head">
        <div style={{ minWidth: 0 }}>
          <h1 ref={head} tabIndex={-1}>
            {heading ?? title}
          </h1>
          {intro && <div className="intro">{intro}</div>}
        </div>
        {actions && <div className="row wrap">{actions}</div>}
      </header>
      {children}
    </>
  );
}
