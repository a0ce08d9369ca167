export { generateSecret, secretHint } from './secret';
export { Signer } from './signer';
export {
  verify,
  type IncomingHeaders,
  type Verdict,
  type VerificationFailure,
  type VerifyOptions,
} from './verify';
