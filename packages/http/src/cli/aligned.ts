export { aligned } from '../measurements/index.js'
