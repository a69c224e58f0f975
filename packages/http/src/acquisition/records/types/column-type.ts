/**
 * What a column of a table holds, null apart. `decimal` is exact; `instant` is a moment in UTC; `json` is whatever
 * JSON can say, and all that has had several types.
 */
export type ColumnType = 'text' | 'integer' | 'decimal' | 'number' | 'boolean' | 'date' | 'instant' | 'json'
