import { ApiModule } from '../../api/src/api.module';
import { BackofficeModule } from '../../backoffice/src/backoffice.module';
import { DispatcherModule } from '../../dispatcher/src/dispatcher.module';
import { runStandalone } from './standalone';

void runStandalone([ApiModule, DispatcherModule, BackofficeModule]);
