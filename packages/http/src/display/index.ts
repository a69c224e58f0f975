export { printable } from './printable.js'
export { publicUrl } from './public-url.js'
