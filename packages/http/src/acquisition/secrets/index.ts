export {
  credentialAfterScheme,
  escapePattern,
  formsOf,
  isSecretHeader,
  isSecretName,
  isSecretOption,
  isSecretVariable,
  Secrets,
  shortestSecret,
} from './secrets.js'
