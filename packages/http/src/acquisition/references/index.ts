export type { PathReader } from './path.js'
export { compileAll, compilePath, compilePlace, compileWay, isSpread, parsePath } from './path.js'
