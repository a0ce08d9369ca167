import React, { type ComponentType } from 'react';
import type { PageProps } from './props';

/**
 * A page with the data that the server has put into its record. While AdminJS goes from one page of a record to
 * another, it draws the new page once with the old page's record, which has none.
 */
export function withView<View>(Page: ComponentType<PageProps & { view: View }>): ComponentType<PageProps> {
  return function PageWithView(props: PageProps) {
    const view = props.record?.params['view'] as View | undefined;
    if (!view) return <p className="bo-none">Loading …</p>;
    return <Page {...props} view={view} />;
  };
}
