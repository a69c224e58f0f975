export type { PathReader } from './path.js'
export { compilePath, compileWay } from './path.js'
