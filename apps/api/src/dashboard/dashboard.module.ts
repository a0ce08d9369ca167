import { Module } from '@nestjs/common';
import { DashboardController } from './dashboard.controller';

/** Comes after whatever has a route of its own below `/dashboard`: it takes all that is left. */
@Module({ controllers: [DashboardController] })
export class DashboardModule {}
