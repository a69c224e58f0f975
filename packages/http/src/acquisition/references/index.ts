export type { PathReader } from './path.js'
export { compileAll, compilePath, compilePlace, compileWay } from './path.js'
