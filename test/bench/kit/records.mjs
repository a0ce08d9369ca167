/** The fixed-width lines in which receiver and publisher tell what they saw; strings are padded with zero bytes. */

const ID_BYTES = 40;

/** eventId, deliveryId, at (ms), webhook, attempt */
export const ARRIVAL_BYTES = 2 * ID_BYTES + 16;

export function writeArrival(buffer, offset, arrival) {
  buffer.latin1Write(arrival.eventId, offset, ID_BYTES);
  buffer.latin1Write(arrival.deliveryId, offset + ID_BYTES, ID_BYTES);
  buffer.writeDoubleLE(arrival.at, offset + 2 * ID_BYTES);
  buffer.writeUInt32LE(arrival.webhook, offset + 2 * ID_BYTES + 8);
  buffer.writeUInt32LE(arrival.attempt, offset + 2 * ID_BYTES + 12);
}

export function* readArrivals(buffer) {
  for (let offset = 0; offset < buffer.length; offset += ARRIVAL_BYTES) {
    yield {
      eventId: text(buffer, offset),
      deliveryId: text(buffer, offset + ID_BYTES),
      at: buffer.readDoubleLE(offset + 2 * ID_BYTES),
      webhook: buffer.readUInt32LE(offset + 2 * ID_BYTES + 8),
      attempt: buffer.readUInt32LE(offset + 2 * ID_BYTES + 12),
    };
  }
}

/** eventId, when it was to be sent, was sent, was answered (ms), account, status (0: the connection broke), sequence, tries */
export const PUBLISH_BYTES = ID_BYTES + 24 + 16;

export function writePublish(buffer, offset, publish) {
  buffer.latin1Write(publish.eventId, offset, ID_BYTES);
  buffer.writeDoubleLE(publish.dueAt, offset + ID_BYTES);
  buffer.writeDoubleLE(publish.sentAt, offset + ID_BYTES + 8);
  buffer.writeDoubleLE(publish.answeredAt, offset + ID_BYTES + 16);
  buffer.writeUInt32LE(publish.account, offset + ID_BYTES + 24);
  buffer.writeUInt16LE(publish.status, offset + ID_BYTES + 28);
  buffer.writeUInt16LE(Math.min(publish.tries, 65_535), offset + ID_BYTES + 30);
  buffer.writeUInt32LE(publish.sequence, offset + ID_BYTES + 32);
}

export function* readPublishes(buffer) {
  for (let offset = 0; offset < buffer.length; offset += PUBLISH_BYTES) {
    yield {
      eventId: text(buffer, offset),
      dueAt: buffer.readDoubleLE(offset + ID_BYTES),
      sentAt: buffer.readDoubleLE(offset + ID_BYTES + 8),
      answeredAt: buffer.readDoubleLE(offset + ID_BYTES + 16),
      account: buffer.readUInt32LE(offset + ID_BYTES + 24),
      status: buffer.readUInt16LE(offset + ID_BYTES + 28),
      tries: buffer.readUInt16LE(offset + ID_BYTES + 30),
      sequence: buffer.readUInt32LE(offset + ID_BYTES + 32),
    };
  }
}

function text(buffer, offset) {
  let end = offset + ID_BYTES;
  while (end > offset && buffer[end - 1] === 0) end -= 1;
  return buffer.latin1Slice(offset, end);
}
