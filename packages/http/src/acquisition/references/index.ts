export type { ComputedValue } from './computed.js'
export { COMPUTED, isComputed, valueTemplate, writtenText } from './computed.js'
export type { PathReader } from './path.js'
export {
  compileAll,
  compilePath,
  compilePlace,
  compileSteps,
  compileWay,
  isSpread,
  parsePath,
} from './path.js'
export type { Reference, RootKind, Roots, Scope, Template } from './template.js'
export {
  escaped,
  isBound,
  literalOf,
  parseTemplate,
  referencesOf,
  renderJson,
  renderText,
  renderTexts,
  TemplateError,
  textOf,
} from './template.js'
