import { RECORD_GROUP } from './attempt-recorder';
import {
  CLAIM_DUE,
  CLAIM_PARKED,
  DRAW,
  HAND_BACK,
  PARK,
  PARK_DUE,
  WEBHOOKS_DUE,
  WEBHOOKS_WITH_PARKED,
} from './delivery-store';
import { TAKE_OVER } from './lease-store';

/** The statements whose plans are made once a connection, for whoever wants to see these: docs/decisions/0003. */
export const HOT_STATEMENTS = {
  claimDue: CLAIM_DUE,
  webhooksDue: WEBHOOKS_DUE,
  parkDue: PARK_DUE,
  claimParked: CLAIM_PARKED,
  webhooksWithParked: WEBHOOKS_WITH_PARKED,
  draw: DRAW,
  park: PARK,
  handBack: HAND_BACK,
  takeOver: TAKE_OVER,
  record: RECORD_GROUP,
};
