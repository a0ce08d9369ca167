import { servers } from './servers';

// Says so at once, rather than by a time-out in every test.
servers();
