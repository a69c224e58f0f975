import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createSecureContext } from 'node:tls'
import { errorCode } from '../../engines/index.js'
import type { TlsConfig } from '../fetch/index.js'
import type { ConfigProblem } from './config-error.js'
import { ConfigError } from './config-error.js'
import type { ProblemContext } from './config-problems.js'
import { pathText } from './config-source.js'
import type { PipelineFile } from './pipeline-schema.js'

const FILES = ['ca', 'cert', 'key'] as const

/**
 * What stands in the certificates and keys that the sources name, relative to the pipeline's file.
 * @throws ConfigError with all that cannot be used.
 */
export function readCertificates(
  { sources }: PipelineFile,
  { file, written }: Pick<ProblemContext, 'file' | 'written'>,
): (TlsConfig | undefined)[] {
  const problems: ConfigProblem[] = []
  const read = sources.map(({ tls }, index) => {
    if (tls === undefined) return undefined
    const note = (key: string, message: string): void => {
      const path = written(['sources', index, 'tls', key].filter(step => step !== ''))
      problems.push({
        path: pathText(path),
        place: file.placeOf(path),
        message: `${pathText(path)} ${message}`,
      })
    }
    const before = problems.length
    const texts = FILES.flatMap(key => {
      const name = tls[key]
      return name === undefined ? [] : [[key, pemIn(file.folder, name, why => note(key, why))] as const]
    })
    const whole: TlsConfig = { ...tls, ...Object.fromEntries(texts) }
    if (problems.length > before) return undefined
    if ((tls.cert === undefined) !== (tls.key === undefined))
      note('', 'has one of cert and key; allowed are both or none')
    else checkTogether(whole, why => note('', why))
    return whole
  })
  if (problems.length > 0) throw new ConfigError(problems)
  return read
}

function pemIn(folder: string, name: string, refuse: (why: string) => void): string {
  if (name.includes('-----BEGIN ')) {
    // It may be a key, which is not to be shown.
    refuse('is a PEM text; allowed is the name of a file that holds it')
    return ''
  }
  const file = resolve(folder, name)
  try {
    const text = readFileSync(file, 'utf8')
    if (!text.includes('-----BEGIN ')) refuse(`is ${JSON.stringify(file)}, which is no PEM file`)
    return text
  } catch (error) {
    refuse(`is ${JSON.stringify(file)}, which cannot be read (${errorCode(error)}); allowed is a PEM file`)
    return ''
  }
}

function checkTogether({ ca, cert, key }: TlsConfig, refuse: (why: string) => void): void {
  try {
    createSecureContext({ ca, cert, key })
  } catch (error) {
    refuse(`cannot be used: ${error instanceof Error ? error.message : String(error)}`)
  }
}
