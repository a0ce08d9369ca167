export { PUBLISHER_TOKEN, startApp, type AppOptions, type TestApp } from './app';
export { describeInBrowser, openBrowser } from './browser';
export { createDatabase, type TestDatabase } from './database';
export { eventually } from './eventually';
export { callData, createAccount, createWebhook, eventInput, TEST_ACTOR } from './factories';
export { HttpClient, type Answer } from './http-client';
export { behaviours, Receiver, type Behaviour, type ReceivedRequest } from './receiver';
export { servers } from './servers';
