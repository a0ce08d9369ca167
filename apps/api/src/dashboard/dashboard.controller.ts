import { randomBytes } from 'node:crypto';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Config, Problem } from '@app/platform';
import { contentPolicy } from './content-policy';
import { readDashboard, type DashboardFile } from './dashboard-files';

const PAGE = 'index.html';

/** Serves the dashboard. Every path that is not a file is a page of it, which its own router knows. */
@ApiExcludeController()
@Controller('dashboard')
export class DashboardController {
  private readonly files = readDashboard();

  constructor(private readonly config: Config) {}

  @Get(['', '*path'])
  serve(@Req() request: Request, @Res() response: Response): void {
    const path = request.path.replace(/^\/dashboard\/?/, '');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'same-origin');
    const file = path === PAGE ? undefined : this.files.get(path);
    if (file) {
      // The names of what is built hold a hash of the content.
      const lasting = path.startsWith('assets/');
      response.setHeader(
        'Cache-Control',
        lasting ? 'public, max-age=31536000, immutable' : 'public, max-age=3600',
      );
      send(request, response, file);
    } else if (path.startsWith('assets/')) {
      throw Problem.notFound('file');
    } else {
      this.servePage(response);
    }
  }

  private servePage(response: Response): void {
    const page = this.files.get(PAGE);
    if (!page) throw new Problem('not_found', 'The dashboard has not been built: npm run build:dashboard');
    const nonce = randomBytes(16).toString('base64');
    const { ALLOWED_ORIGINS } = this.config;
    response.setHeader('Content-Security-Policy', contentPolicy(nonce, ALLOWED_ORIGINS));
    if (ALLOWED_ORIGINS.length === 0) response.setHeader('X-Frame-Options', 'DENY');
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    // A page from the cache would ask for files that a newer version does not have, with a nonce that is known.
    response.setHeader('Cache-Control', 'no-store');
    response.type('html').send(page.plain.toString('utf8').replace('%NONCE%', nonce));
  }
}

function send(request: Request, response: Response, { type, plain, gzipped }: DashboardFile): void {
  const compressed = gzipped !== null && request.acceptsEncodings('gzip') === 'gzip';
  response.setHeader('Content-Type', type);
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  if (gzipped) response.setHeader('Vary', 'Accept-Encoding');
  if (compressed) response.setHeader('Content-Encoding', 'gzip');
  response.end(compressed ? gzipped : plain);
}
