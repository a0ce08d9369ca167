export { OptionalNotNull as MayBeLeftOut } from '@app/platform';
