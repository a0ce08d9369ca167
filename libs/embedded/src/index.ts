export {
  DataDirInUse,
  runningServers,
  startEmbedded,
  type EmbeddedOptions,
  type EmbeddedServers,
} from './embedded-servers';
export { freePort } from './free-port';
export { localServers } from './local-servers';
