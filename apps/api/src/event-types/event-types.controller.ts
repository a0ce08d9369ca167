import { Get, Module } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import {
  EVENT_TYPE_CATALOG,
  EVENT_TYPES,
  type EventType,
  type EventTypeDescription,
  type PayloadFormat,
} from '@app/formatting';
import { Authenticated, CustomerController } from '../auth';

const FIRST = EVENT_TYPE_CATALOG[0];
const BY_FORMAT = {
  type: 'object' as const,
  required: ['DEFAULT', 'ZAPIER'],
  properties: {
    DEFAULT: { type: 'object' as const, additionalProperties: true },
    ZAPIER: { type: 'object' as const, additionalProperties: true },
  },
};

export class EventTypeView implements EventTypeDescription {
  @ApiProperty({ enum: EVENT_TYPES, example: FIRST.type })
  type!: EventType;

  @ApiProperty({ example: FIRST.description })
  description!: string;

  @ApiProperty({ ...BY_FORMAT, description: 'JSON Schema (draft 2020-12) of the body, by format' })
  schema!: Record<PayloadFormat, Record<string, unknown>>;

  @ApiProperty({ ...BY_FORMAT, description: 'A body, by format', example: FIRST.example })
  example!: Record<PayloadFormat, Record<string, unknown>>;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'object', additionalProperties: true },
    description: 'A sample message, by type of webhook: SLACK, DISCORD, TEAMS, EMAIL',
  })
  messages!: EventTypeDescription['messages'];
}

export class EventTypePage {
  @ApiProperty({ type: [EventTypeView] })
  data!: EventTypeView[];

  @ApiProperty({ type: String, nullable: true, example: null, description: 'Always null: these are all' })
  nextCursor!: string | null;
}

@ApiTags('Event types')
@CustomerController('event-types')
export class EventTypesController {
  @Get()
  @Authenticated({ scope: 'READ' })
  @ApiOperation({ summary: 'What can happen, with the schema and an example of each body' })
  @ApiOkResponse({ type: EventTypePage })
  list(): EventTypePage {
    return { data: [...EVENT_TYPE_CATALOG], nextCursor: null };
  }
}

@Module({ controllers: [EventTypesController] })
export class EventTypesApiModule {}
