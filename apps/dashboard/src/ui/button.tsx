import { forwardRef, type ButtonHTMLAttributes, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';

type Look = 'default' | 'primary' | 'danger' | 'danger solid' | 'quiet';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: Look;
  small?: boolean;
  icon?: ReactNode;
  /** Something is under way: shows it, and ignores clicks without losing the focus. */
  busy?: boolean;
}

function classes(look: Look, small: boolean, onlyIcon: boolean, more = ''): string {
  return ['button', look, small && 'small', onlyIcon && 'icon', more].filter(Boolean).join(' ');
}

export const Button = forwardRef<HTMLButtonElement, Props>(function Button(
  {
    look = 'default',
    small = false,
    icon,
    busy = false,
    children,
    className,
    onClick,
    type = 'button',
    ...rest
  },
  ref,
) {
  return (
    <button
      ref={ref}
      type={type}
      className={classes(look, small, !children, className)}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      {...rest}
    >
      {busy ? <span className="spinner" aria-hidden="true" /> : icon}
      {children}
    </button>
  );
});

export function LinkButton({
  to,
  look = 'default',
  small = false,
  icon,
  children,
}: {
  to: string;
  look?: Look;
  small?: boolean;
  icon?: ReactNode;
  children: ReactNode;
}) {
  return (
    <Link to={to} className={classes(look, small, false)}>
      {icon}
      {children}
    </Link>
  );
}

/** A real button that leads to a page: for what is an action to its user ("Create Webhook"), not a place. */
export function GoButton({
  to,
  ...button
}: { to: string } & Pick<Props, 'look' | 'small' | 'icon' | 'children'>) {
  const [, navigate] = useLocation();
  return <Button {...button} onClick={() => navigate(to)} />;
}
