import type { MouseEvent, ReactNode } from 'react';

/**
 * A table whose rows become cards on a phone. The roles are said outright, because browsers forget them where CSS
 * changes `display`.
 */
export function Table({
  label,
  columns,
  children,
}: {
  label: string;
  columns: { name: ReactNode; hidden?: boolean; number?: boolean }[];
  children: ReactNode;
}) {
  return (
    <div className="table-wrap">
      <table className="table cards" role="table" aria-label={label}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map(({ name, hidden, number }, index) => (
              <th key={index} role="columnheader" scope="col" className={number ? 'number' : undefined}>
                {hidden ? <span className="visually-hidden">{name}</span> : name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">{children}</tbody>
      </table>
    </div>
  );
}

/** With `onOpen`, a click anywhere on the row that hits no control opens it; the keyboard has the row's own link. */
export function Row({ onOpen, children }: { onOpen?: () => void; children: ReactNode }) {
  const open = (event: MouseEvent<HTMLElement>): void => {
    const target = event.target as HTMLElement;
    const selecting = (window.getSelection()?.toString() ?? '') !== '';
    // Menus and dialogs that a row opens are React children of it, but stand elsewhere in the page.
    if (
      !event.currentTarget.contains(target) ||
      target.closest('a, button, input, select, label') ||
      selecting
    )
      return;
    onOpen?.();
  };
  return (
    <tr role="row" className={onOpen ? 'linked' : undefined} onClick={onOpen ? open : undefined}>
      {children}
    </tr>
  );
}

export function Cell({
  label,
  className,
  children,
}: {
  label?: string;
  className?: string;
  children: ReactNode;
}) {
  return (
    <td role="cell" data-label={label} className={className}>
      {children}
    </td>
  );
}
