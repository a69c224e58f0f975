export type { LayerDescription, StackDescription } from './describe.js'
export { describe } from './describe.js'
export type { StackWarning, StackWarningCode } from './stack-warnings.js'
export type { WorstCase } from './worst-case.js'
