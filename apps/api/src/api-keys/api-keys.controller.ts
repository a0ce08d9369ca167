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
import { Caller, CustomerController, type CustomerCaller } from '../auth';
import { ApiKeyPage, ApiKeyView, CreateApiKeyBody, IssuedApiKeyView, toApiKeyView } from './api-key.dto';

@ApiTags('API keys')
@CustomerController('api-keys')
export class ApiKeysController {
  constructor(private readonly apiKeys: ApiKeyService) {}

  @Get()
  @ApiOperation({ summary: 'List API keys, newest first, revoked ones with them' })
  @ApiOkResponse({ type: ApiKeyPage })
  async list(@Caller() caller: CustomerCaller, @Query() page: PageQuery): Promise<Page<ApiKeyView>> {
    return toPage(await this.apiKeys.list(caller.accountId, page), page.limit, toApiKeyView);
  }

  @Post()
  @ApiOperation({
    summary: 'Make an API key',
    description: 'The answer is the only place where the key itself is ever shown.',
  })
  @ApiCreatedResponse({ type: IssuedApiKeyView })
  async create(@Caller() caller: CustomerCaller, @Body() body: CreateApiKeyBody): Promise<IssuedApiKeyView> {
    const { apiKey, plainKey } = await this.apiKeys.issue(caller.accountId, body, caller.actor);
    return { ...toApiKeyView(apiKey), key: plainKey };
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Revoke an API key',
    description: 'It is refused from then on; requests under way end.',
  })
  @ApiNoContentResponse()
  async revoke(@Caller() caller: CustomerCaller, @IdParam('key', 'API key') id: string): Promise<void> {
    await this.apiKeys.revoke(caller.accountId, id, caller.actor);
  }
}
