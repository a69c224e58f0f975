export type { AllReader, PathReader } from './path.js'
export { compileAll, compilePath, compilePlace, compileWay, isSpread } from './path.js'
