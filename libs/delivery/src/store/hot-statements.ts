import { RECORD_GROUP } from './attempt-store';
import {
  ADOPT_DUE,
  CLAIM_OVERDUE,
  CLAIM_PARKED,
  CLAIM_SCHEDULED,
  HAND_BACK,
  PARK,
  WEBHOOKS_WITH_PARKED,
} from './delivery-store';
import { TAKE_OVER } from './lease-store';

/** The statements whose plans are made once a connection: docs/decisions/0003. */
export const HOT_STATEMENTS = {
  claimScheduled: CLAIM_SCHEDULED,
  claimOverdue: CLAIM_OVERDUE,
  claimParked: CLAIM_PARKED,
  webhooksWithParked: WEBHOOKS_WITH_PARKED,
  park: PARK,
  handBack: HAND_BACK,
  adoptDue: ADOPT_DUE,
  takeOver: TAKE_OVER,
  record: RECORD_GROUP,
};
