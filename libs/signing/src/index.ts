export * from './core';
export { SigningModule } from './signing.module';
export { SigningService } from './signing.service';
