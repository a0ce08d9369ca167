import Fastify from 'fastify';
import { verify, WebhookVerificationError, type DefaultPayload } from '@skipcalls/webhooks';

/** @param keep puts the payload where it is safe and worked on later: a queue, a table. It should be quick. */
export async function start(port: number, secret: string, keep: (payload: DefaultPayload) => Promise<void>) {
  const app = Fastify({ bodyLimit: 5 * 1024 * 1024 });

  await app.register((webhooks, _options, done) => {
    // Within this plugin only, a JSON body stays as it was received: the signature covers the exact bytes.
    webhooks.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, parsed) =>
      parsed(null, body),
    );
    webhooks.post('/webhooks/skipcalls', async (request, reply) => {
      let payload: DefaultPayload;
      try {
        payload = verify(request.body as Buffer, request.headers, secret);
      } catch (error) {
        if (!(error instanceof WebhookVerificationError)) throw error;
        return reply.code(401).send(error.message);
      }
      await keep(payload);
      return reply.code(204).send();
    });
    done();
  });

  await app.listen({ port, host: '127.0.0.1' });
  return app.server;
}
