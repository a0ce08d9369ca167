import { Body, Delete, Get, HttpCode, Post, Query } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { ApiKeyService } from '@app/accounts';
import { IdParam, PageQuery, toPage, type Page } from '@app/platform';
import { Authenticated, Caller, CustomerController, type CustomerCaller } from '../auth';
import { ApiKeyPage, ApiKeyView, CreateApiKeyBody, IssuedApiKeyView, toApiKeyView } from './api-key.dto';

@ApiTags('API keys')
@CustomerController('api-keys')
export class ApiKeysController {
  constructor(private readonly apiKeys: ApiKeyService) {}

  @Get()
  @Authenticated({ scope: 'ADMIN' })
  @ApiOperation({ summary: 'List API keys, newest first, including revoked ones' })
  @ApiOkResponse({ type: ApiKeyPage })
  async list(@Caller() caller: CustomerCaller, @Query() page: PageQuery): Promise<Page<ApiKeyView>> {
    return toPage(await this.apiKeys.list(caller.accountId, page), page.limit, toApiKeyView);
  }

  @Post()
  @Authenticated({ scope: 'ADMIN' })
  @ApiOperation({
    summary: 'Create an API key',
    description:
      'The response is the only place where the key itself is ever shown. A key cannot have more scopes, or live ' +
      'longer, than the key that creates it (403).',
  })
  @ApiCreatedResponse({ type: IssuedApiKeyView })
  async create(@Caller() caller: CustomerCaller, @Body() body: CreateApiKeyBody): Promise<IssuedApiKeyView> {
    const { apiKey, plainKey } = await this.apiKeys.issue(caller.accountId, body, caller.actor, caller);
    return { ...toApiKeyView(apiKey), key: plainKey };
  }

  @Delete(':id')
  @HttpCode(204)
  @Authenticated({ scope: 'ADMIN' })
  @ApiOperation({
    summary: 'Revoke an API key',
    description:
      'Refused from then on, as are the keys and sessions that it created; requests in progress end.',
  })
  @ApiNoContentResponse()
  async revoke(@Caller() caller: CustomerCaller, @IdParam('key', 'API key') id: string): Promise<void> {
    await this.apiKeys.revoke(caller.accountId, id, caller.actor);
  }
}
