import { createServer, type Server } from 'node:http';
import express from 'express';
import { verify, WebhookVerificationError, type DefaultPayload } from '@skipcalls/webhooks';

/** @param keep puts the payload where it is safe and worked on later: a queue, a table. It should be quick. */
export function start(
  port: number,
  secret: string,
  keep: (payload: DefaultPayload) => Promise<void>,
): Server {
  const app = express();

  // express.raw, not express.json: the signature covers the exact bytes. Put it before any app.use(express.json()).
  const rawBody = express.raw({ type: 'application/json', limit: '5mb' });
  app.post('/webhooks/skipcalls', rawBody, async (request, response) => {
    let payload: DefaultPayload;
    try {
      payload = verify(request.body as Buffer, request.headers, secret);
    } catch (error) {
      if (!(error instanceof WebhookVerificationError)) throw error;
      response.status(401).send(error.message);
      return;
    }
    await keep(payload);
    response.sendStatus(204);
  });

  return createServer(app).listen(port);
}
