import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  All,
  Controller,
  Delete,
  Get,
  HttpCode,
  Req,
  Res,
  Sse,
  UseGuards,
  type MessageEvent,
} from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { map, type Observable } from 'rxjs';
import { Problem, ReadsOwnBody } from '@app/platform';
import { LocalOnlyGuard } from './local-only.guard';
import { ReceivedRequests, type ReceivedRequest } from './received-requests';
import { SignatureCheck } from './signature-check';

const MAX_BODY_BYTES = 8 * 1024 * 1024;
const PAGE = join(__dirname, 'page');
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"; // prettier-ignore

/** The inspector: its page, and the addresses below `/inspector/hooks` that webhooks send to. */
@ApiExcludeController()
@UseGuards(LocalOnlyGuard)
@Controller('inspector')
export class InspectorController {
  constructor(
    private readonly received: ReceivedRequests,
    private readonly signatures: SignatureCheck,
  ) {}

  @Get()
  page(@Res() response: Response): void {
    // The page's own files are asked for below this address.
    response.setHeader('Content-Security-Policy', POLICY);
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.sendFile('index.html', { root: PAGE });
  }

  @Get('page.css')
  styles(@Res() response: Response): void {
    response.sendFile('page.css', { root: PAGE });
  }

  @Get('page.js')
  script(@Res() response: Response): void {
    response.sendFile('page.js', { root: PAGE });
  }

  @Get('requests')
  list(): ReceivedRequest[] {
    return this.received.list();
  }

  @Delete('requests')
  @HttpCode(204)
  forget(): void {
    this.received.forget();
  }

  @Sse('stream')
  stream(): Observable<MessageEvent> {
    return this.received.coming.pipe(map((data) => ({ data })));
  }

  /** Takes anything. `?status=503` and `?delaySeconds=12` make it a receiver in trouble. */
  @All('hooks/*path')
  @ReadsOwnBody()
  async take(@Req() request: Request, @Res() response: Response): Promise<void> {
    const body = await readBody(request);
    const path = request.originalUrl.replace(/^\/inspector\/hooks/, '');
    const status = withinBounds(request.query['status'], 200, 599) ?? 200;
    const url = `http://${request.headers.host}${request.originalUrl}`;
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, value?.toString()]),
    );
    this.received.add({
      receivedAt: new Date().toISOString(),
      method: request.method,
      path,
      headers: inPairs(request.rawHeaders),
      body: body.toString('utf8'),
      bodyBytes: body.length,
      signatures: await this.signatures.check(url, body, headers),
      answered: status,
    });
    await sleep((withinBounds(request.query['delaySeconds'], 0, 60) ?? 0) * 1_000, undefined, { ref: false });
    response.status(status).type('text').send(`Received ${body.length} bytes.\n`);
  }
}

async function readBody(request: Request): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES)
      throw new Problem('payload_too_large', `The inspector takes ${MAX_BODY_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function inPairs(flat: string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);
}

function withinBounds(text: unknown, least: number, most: number): number | null {
  const number = typeof text === 'string' && text !== '' ? Number(text) : NaN;
  return number >= least && number <= most ? number : null;
}
