import { localServers } from '@app/embedded';
import { runService } from '@app/platform';
import { DispatcherModule } from './dispatcher.module';

void runService({ name: 'dispatcher', modules: [DispatcherModule], fallback: localServers });
