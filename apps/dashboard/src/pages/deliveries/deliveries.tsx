import { Page } from '../../shell/page';
import { DeliveryList } from './delivery-list';

export function DeliveriesPage() {
  return (
    <Page title="Deliveries" intro="Every event on its way to every webhook, newest first.">
      <DeliveryList />
    </Page>
  );
}
