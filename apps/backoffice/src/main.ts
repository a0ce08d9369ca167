import { localServers } from '@app/embedded';
import { runService } from '@app/platform';
import { BackofficeModule } from './backoffice.module';

void runService({ name: 'backoffice', modules: [BackofficeModule], fallback: localServers });
