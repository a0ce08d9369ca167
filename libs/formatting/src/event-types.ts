/** What can happen to a call. */
export const EVENT_TYPES = ['CALL_COMPLETED', 'CALL_FAILED', 'INCOMING_CALL_COMPLETED', 'INCOMING_CALL_FAILED'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** How a body is laid out: nested, or one flat object for no-code tools. */
export const PAYLOAD_FORMATS = ['DEFAULT', 'ZAPIER'] as const;
export type PayloadFormat = (typeof PAYLOAD_FORMATS)[number];
