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
export { escapePattern } from './text-finder.js'
