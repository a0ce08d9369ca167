import type { ActionJSON, PropertyJSON, RecordJSON, ResourceJSON } from 'adminjs';

/** What AdminJS gives a cell of a list. */
export interface CellProps {
  record: RecordJSON;
  property: PropertyJSON;
}

/** What AdminJS gives the component of an action. */
export interface PageProps {
  action: ActionJSON;
  resource: ResourceJSON;
  record?: RecordJSON;
  records?: RecordJSON[];
}
