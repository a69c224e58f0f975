import { describe, expect, test } from 'vitest'
import type { ConfigInputs } from '../../../src/acquisition/configuration/load-config.js'
import { settings, settingsHelp } from '../../../src/acquisition/configuration/settings.js'
import { load, minimal, problems } from './config-rig.js'

describe('precedence', () => {
  const file = `timeout: 30s\nworkers: 2\n${minimal}`

  test('flag > environment > file > default', () => {
    const environment = { PIPELINE_TIMEOUT: '20s', PIPELINE_WORKER_POOL_SIZE: '3', PIPELINE_GRACE: '' }
    const timeoutMs = (inputs: ConfigInputs) => load(file, inputs).config.timeoutMs
    expect(load(minimal).config.timeoutMs).toBe(Infinity)
    expect(timeoutMs({})).toBe(30_000)
    expect(timeoutMs({ environment })).toBe(20_000)
    expect(timeoutMs({ environment, flags: { timeout: '10s' } })).toBe(10_000)
    expect(load(file, { environment, flags: { workers: 8 } }).config).toMatchObject({
      workers: 8,
      graceMs: 5000,
    })
  })

  test('a rate: flag and environment hold for all sources, the file for those that give none', () => {
    const rates = (inputs: ConfigInputs = {}) =>
      load(
        `rateLimit: 3\n${minimal}    limits: { rate: 2 }\n${minimal.slice('sources:\n'.length).replace('shop', 'other')}`,
        inputs,
      ).config.streams.map(source => source.limits.ratePerSecond)
    expect(rates()).toEqual([2, 3])
    expect(rates({ environment: { PIPELINE_RATE_LIMIT_RPS: '7.5' } })).toEqual([7.5, 7.5])
    expect(rates({ environment: { PIPELINE_RATE_LIMIT_RPS: '7' }, flags: { rateLimit: 9 } })).toEqual([9, 9])
  })

  test('a mistake in a flag or variable is reported under its name', () => {
    expect(
      problems(minimal, {
        environment: { PIPELINE_TIMEOUT: '60', PIPELINE_WORKER_POOL_SIZE: 'x' },
        flags: { memory: '1KB', output: '' },
      }),
    ).toEqual([
      '--output: output is ""; allowed is a folder',
      'PIPELINE_TIMEOUT: timeout is "60"; allowed is a duration of 1ms or more, such as 500ms, 5s, 1m, or none',
      'PIPELINE_WORKER_POOL_SIZE: workers is "x"; allowed is a whole number from 1 to 64',
      '--memory: memory is "1KB"; allowed is a size of 1MiB or more, such as 500KB, 64MiB',
    ])
  })

  test('N-33 no bound holds the whole run unless one is given, and none takes away that of the file', () => {
    expect(load(minimal).config.timeoutMs).toBe(Infinity)
    expect(load(`timeout: 5s\n${minimal}`, { flags: { timeout: 'none' } }).config.timeoutMs).toBe(Infinity)
    expect(load(minimal, { environment: { PIPELINE_TIMEOUT: '5s' } }).config.timeoutMs).toBe(5_000)
  })

  test('every global setting has its variable and flag, and the help lists them all', () => {
    const globals = Object.keys(load(minimal).config).filter(
      key => !['name', 'sinks', 'streams', 'summary'].includes(key),
    )
    expect(settings).toHaveLength(globals.length + 1)
    for (const { variable, flag, defaultText } of settings) {
      expect(settingsHelp()).toMatch(
        new RegExp(`${variable} +${flag.replace(/[<>]/g, '.')} .*\\(${defaultText}\\)`),
      )
    }
  })
})
