import { hasGroup, regexOf, TemplateError } from '../jinja/index.js'
import { Refusal } from '../manifest/refusal.js'

/** A regular expression of Python, as the pipeline has it. */
export interface RegularExpression {
  readonly source: string
  readonly hasGroup: boolean
}

/** @throws Refusal for one that is none here. */
export function regularExpression(pattern: string): RegularExpression {
  try {
    const source = regexOf(pattern)
    return { source, hasGroup: hasGroup(source) }
  } catch (error) {
    if (error instanceof TemplateError) throw new Refusal('regular expression', error.message)
    throw error
  }
}
