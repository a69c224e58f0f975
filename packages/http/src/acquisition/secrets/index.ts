export {
  credentialAfterScheme,
  formsOf,
  isSecretHeader,
  isSecretName,
  isSecretOption,
  isSecretVariable,
  Secrets,
  shortestSecret,
} from './secrets.js'
export { TextFinder } from './text-finder.js'
