import { useFilterDrawer } from 'adminjs';
import React from 'react';
import { Link } from 'react-router-dom';
import type { ActionJSON } from 'adminjs';
import type { PageProps } from './parts/props';

interface HeaderProps extends PageProps {
  tag?: string;
  toggleFilter?: (() => void) | boolean;
}

/** The head of a page: where one is, what it is, and what can be done about it. */
export default function ActionHeader({ resource, action, record, tag, toggleFilter }: HeaderProps) {
  const filter = useFilterDrawer();
  const names = action.custom as { title?: string };
  const plural = (resource.actions.find(({ name }) => name === 'list')?.custom as { title?: string } | undefined)?.title ?? resource.name;
  const isPage = action.name === 'show' || action.name === 'list';
  const actions = record && action.name === 'show' ? record.recordActions.filter(({ name }) => name !== 'show') : [];
  const resourceActions = action.name === 'list' ? resource.resourceActions.filter(({ name }) => name !== 'list') : [];
  return (
    <header className="bo-header">
      <nav aria-label="Where this is">
        <Link to="/admin">Start</Link> / {action.name === 'list' ? plural : <Link to={`/admin/resources/${resource.id}`}>{plural}</Link>}
        {record && !isPage && <> / <Link to={pathOf(resource.id, record.id, 'show')}>{record.title}</Link></>}
      </nav>
      {isPage && (
        <div className="bo-title">
          <h1>
            {record ? <><small>{names.title}</small> {record.title}</> : plural}
            {tag && !record && <span className="bo-tag">{tag}</span>}
          </h1>
          <div className="bo-buttons">
            {actions.map((one) => <ActionLink key={one.name} action={one} to={pathOf(resource.id, record!.id, one.name)} />)}
            {resourceActions.map((one) => <ActionLink key={one.name} action={one} to={`/admin/resources/${resource.id}/actions/${one.name}`} />)}
            {toggleFilter && (
              <button type="button" className="bo-button" data-css={`${resource.id}-filter-button`} onClick={() => filter.toggleFilter()}>
                {filter.filtersCount > 0 ? `Filter (${filter.filtersCount})` : 'Filter'}
              </button>
            )}
          </div>
        </div>
      )}
    </header>
  );
} // prettier-ignore

function ActionLink({ action, to }: { action: ActionJSON; to: string }) {
  const label = (action.custom as { title?: string }).title ?? action.name;
  return <Link className={`bo-button ${action.variant === 'danger' ? 'dangerous' : ''}`} to={to}>{label}</Link>; // prettier-ignore
}

function pathOf(resource: string, id: string, action: string): string {
  return `/admin/resources/${resource}/records/${id}/${action}`;
}
