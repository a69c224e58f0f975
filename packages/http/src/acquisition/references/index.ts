export type { PathReader } from './path.js'
export { compilePath } from './path.js'
