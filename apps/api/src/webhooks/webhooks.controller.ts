import { Body, Delete, Get, Headers, HttpCode, Patch, Post, Query, Res } from '@nestjs/common';
import {
  ApiHeader,
  ApiNoContentResponse,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { IdParam, type Page } from '@app/platform';
import { secretWarnings } from '@app/signing';
import { WebhookService, type ChangeOf, type Webhook } from '@app/webhooks';
import { Authenticated, Caller, CustomerController, type CustomerCaller } from '../auth';
import { etagOf, versionsOf } from '../http/etag';
import { FilterPreview, FilterPreviewView } from './filter-preview';
import {
  CreateWebhookBody,
  PreviewFilterBody,
  RotateSecretBody,
  TestWebhookBody,
  UpdateWebhookBody,
  WebhooksQuery,
} from './webhook.dto';
import { ChangedWebhookView, RotatedWebhookView, WebhookPage, WebhookView } from './webhook.view';
import { WebhookLister } from './webhook-lister';
import { WebhookTester, WebhookTestView } from './webhook-tester';

const WebhookId = (): ParameterDecorator => IdParam('whk', 'webhook');
const IfMatch = ApiHeader({
  name: 'If-Match',
  required: false,
  description:
    'The ETag of the webhook as you know it: the change is refused (412) when somebody changed it in the meantime',
});

@ApiTags('Webhooks')
@CustomerController('webhooks')
export class WebhooksController {
  constructor(
    private readonly webhooks: WebhookService,
    private readonly tester: WebhookTester,
    private readonly previews: FilterPreview,
    private readonly lister: WebhookLister,
  ) {}

  @Post()
  @Authenticated({ scope: 'MANAGE' })
  @ApiOperation({ summary: 'Create a webhook' })
  @ApiCreatedResponse({ type: ChangedWebhookView })
  async create(
    @Caller() caller: CustomerCaller,
    @Body() body: CreateWebhookBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ChangedWebhookView> {
    const webhook = await this.webhooks.create(caller.accountId, body, by(caller));
    return this.changed(response, webhook, body.secret);
  }

  @Get()
  @Authenticated({ scope: 'READ' })
  @ApiOperation({ summary: 'List webhooks, newest first' })
  @ApiOkResponse({ type: WebhookPage })
  async list(@Caller() caller: CustomerCaller, @Query() query: WebhooksQuery): Promise<Page<WebhookView>> {
    return this.lister.list(caller.accountId, query);
  }

  @Get(':id')
  @Authenticated({ scope: 'READ' })
  @ApiOperation({ summary: 'Read a webhook' })
  @ApiOkResponse({ type: WebhookView })
  async read(
    @Caller() caller: CustomerCaller,
    @WebhookId() id: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WebhookView> {
    return this.answer(response, await this.webhooks.get(caller.accountId, id));
  }

  @Patch(':id')
  @Authenticated({ scope: 'MANAGE' })
  @ApiOperation({ summary: 'Change a webhook', description: 'What is left out stays as it is.' })
  @IfMatch
  @ApiOkResponse({ type: ChangedWebhookView })
  async update(
    @Caller() caller: CustomerCaller,
    @WebhookId() id: string,
    @Body() body: UpdateWebhookBody,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ChangedWebhookView> {
    const webhook = await this.webhooks.update(caller.accountId, id, body, by(caller, ifMatch));
    return this.changed(response, webhook, body.secret);
  }

  @Delete(':id')
  @HttpCode(204)
  @Authenticated({ scope: 'MANAGE' })
  @ApiOperation({ summary: 'Delete a webhook', description: 'Its deliveries stay to be read.' })
  @IfMatch
  @ApiNoContentResponse()
  async remove(
    @Caller() caller: CustomerCaller,
    @WebhookId() id: string,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    await this.webhooks.remove(caller.accountId, id, by(caller, ifMatch));
  }

  @Post(':id/test')
  @HttpCode(200)
  @Authenticated({ scope: 'MANAGE' })
  @ApiOperation({
    summary: 'Send one sample event now',
    description:
      'Responds when it was sent; it is not retried. At most 30 per minute and account. Without an HTTP response, the ' +
      'error does not tell a refused connection from a timeout or a blocked address, and comes after 10 s.',
  })
  @ApiOkResponse({ type: WebhookTestView })
  test(
    @Caller() caller: CustomerCaller,
    @WebhookId() id: string,
    @Body() body: TestWebhookBody,
  ): Promise<WebhookTestView> {
    return this.tester.test(caller.accountId, id, body.eventType);
  }

  @Post(':id/filter/preview')
  @HttpCode(200)
  @Authenticated({ scope: 'READ' })
  @ApiOperation({
    summary: 'Try a filter on the last 100 events of the webhook’s types',
    description: 'Changes nothing.',
  })
  @ApiOkResponse({ type: FilterPreviewView })
  previewFilter(
    @Caller() caller: CustomerCaller,
    @WebhookId() id: string,
    @Body() body: PreviewFilterBody,
  ): Promise<FilterPreviewView> {
    return this.previews.preview(caller.accountId, id, body.filter);
  }

  @Post(':id/rotate-secret')
  @HttpCode(200)
  @Authenticated({ scope: 'MANAGE' })
  @ApiOperation({
    summary: 'Replace the secret',
    description:
      'The present secret signs as well for a while, and so does each one before it until the time that was returned for it: webhook-signature has one signature for each, X-Webhook-Signature is by the newest, and X-Webhook-Signature-Previous by the one before it.',
  })
  @ApiOkResponse({ type: RotatedWebhookView })
  async rotateSecret(
    @Caller() caller: CustomerCaller,
    @WebhookId() id: string,
    @Body() body: RotateSecretBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<RotatedWebhookView> {
    const { webhook, generatedSecret } = await this.webhooks.rotateSecret(
      caller.accountId,
      id,
      body,
      by(caller),
    );
    return { ...(await this.changed(response, webhook, body.secret)), secret: generatedSecret };
  }

  private async answer(response: Response, webhook: Webhook): Promise<WebhookView> {
    response.setHeader('ETag', etagOf(webhook.version));
    const [view] = await this.lister.views(webhook.accountId, [webhook]);
    return view;
  }

  private async changed(
    response: Response,
    webhook: Webhook,
    secret?: string | null,
  ): Promise<ChangedWebhookView> {
    const warnings = (secret ? secretWarnings(secret) : []).map((message) => ({ path: 'secret', message }));
    return { ...(await this.answer(response, webhook)), warnings };
  }
}

function by(caller: CustomerCaller, ifMatch?: string): ChangeOf {
  return { actor: caller.actor, ifVersion: versionsOf(ifMatch) };
}
