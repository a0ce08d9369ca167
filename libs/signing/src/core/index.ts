export {
  checkSignature,
  type IncomingHeaders,
  type SignatureFailure,
  type SignatureOptions,
  type SignatureVerdict,
} from './check-signature';
export type * from './payloads';
export { generateSecret, secretHint, secretWarnings } from './secret';
export { Signer } from './signer';
export { verify, WebhookVerificationError } from './verify';
