export { describeApi } from './api-document';
export { routesOf, type Route } from './operations';
export { serveDocs } from './serve-docs';
