import { Compass } from 'lucide-react';
import { Page } from '../shell/page';
import { LinkButton } from '../ui/button';
import { Empty } from '../ui/states';

export function NotFound() {
  return (
    <Page title="Page not found">
      <div className="card">
        <Empty
          icon={Compass}
          title="There is nothing at this address"
          action={<LinkButton to="/">Go to your webhooks</LinkButton>}
        >
          It may have been moved, or the link is not complete.
        </Empty>
      </div>
    </Page>
  );
}
