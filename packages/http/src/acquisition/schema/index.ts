export { parseSize } from './parse-size.js'
export type { SchemaParts, SchemaShape } from './schema-parts.js'
export { schemaParts } from './schema-parts.js'
