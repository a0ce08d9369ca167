import { localServers } from '@app/embedded';
import { runService } from '@app/platform';
import { ApiModule } from './api.module';

void runService({ name: 'api', modules: [ApiModule], fallback: localServers });
