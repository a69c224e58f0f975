export {
  formsOf,
  isSecretHeader,
  isSecretName,
  isSecretVariable,
  Secrets,
  shortestSecret,
} from './secrets.js'
