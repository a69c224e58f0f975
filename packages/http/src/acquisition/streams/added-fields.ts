import type { AddRule, AddRules } from '../records/index.js'
import type { Reference } from '../references/index.js'
import { parseTemplate, referencesOf } from '../references/index.js'
import type { PartitionConfig } from './partitions/partition-config.js'
import { rootsOf } from './partitions/partition-config.js'

/** What a record gets besides what its source says: a text may have references. */
type AddValue = string | number | boolean | null | { readonly path: string } | { readonly expr: string }

export type AddConfig = Readonly<Record<string, AddValue>>

interface Added {
  readonly add?: AddConfig | undefined
  readonly for?: readonly PartitionConfig[] | undefined
  readonly since?: object | undefined
}

/** @throws TemplateError for a reference to what is not known. */
export function addRulesOf({ add, for: partitions, since }: Added): AddRules | undefined {
  if (add === undefined) return undefined
  const roots = rootsOf(partitions, since !== undefined)
  const ruleOf = (value: AddValue): AddRule => {
    if (typeof value === 'string') return { template: parseTemplate(value, roots) }
    return typeof value === 'object' && value !== null ? value : { value }
  }
  return Object.fromEntries(Object.entries(add).map(([name, value]) => [name, ruleOf(value)]))
}

/** What its added fields refer to, those in expressions (`$project.id`) among them. */
export function referencesInAdded(stream: Added): Reference[] {
  return Object.values(addRulesOf(stream) ?? {}).flatMap(rule => {
    if ('template' in rule) return referencesOf(rule.template)
    return 'expr' in rule ? [...rule.expr.matchAll(variable)].map(referenceOf) : []
  })
}

const variable = /\$([A-Za-z_][\w-]*)\.(\w+(?:\.\w+)*)/g

function referenceOf([, root = '', path = '']: RegExpExecArray): Reference {
  return { name: `${root}.${path}`, root, path }
}
