import type { AuthConfig } from '../fetch/index.js'
import type { FieldMapping, FormatConfig } from '../records/index.js'
import type { SinkConfig } from '../sinks/index.js'
import type { PaginationConfig } from '../streams/index.js'

/** A kind's options as they are written: what has a default may be left out; what must be there is checked. */
type Written<T> = T extends { readonly type: infer K }
  ? { readonly type: K } & Partial<Omit<T, 'type'>>
  : never

/** The `pagination` of a source as it is written. */
export type PaginationInput = Written<PaginationConfig>

/** The `auth` of a source as it is written. */
export type AuthInput = Written<AuthConfig>

/** The `format` of a source as it is written, where it is more than a name. */
export type FormatInput = Written<FormatConfig>

/** One of the `sinks` of a pipeline as it is written. */
export type SinkInput = Written<SinkConfig>

type WrittenField<T> = T extends FieldMapping
  ? Partial<Omit<T, 'path' | 'type'>> & { readonly path: string } & (T['type'] extends 'string'
        ? { readonly type?: 'string' }
        : { readonly type: T['type'] })
  : never

/** Target field to its origin, `id` among them where the stream does not say it apart. A field without a type is a string. */
export type MappingInput = Readonly<Record<string, WrittenField<FieldMapping>>> & {
  readonly id?: WrittenField<FieldMapping>
}
