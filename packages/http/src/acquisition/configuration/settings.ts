/** One setting of the whole run: where it may come from besides the file. */
export interface Setting {
  /** The key in the file and among the flags' values. */
  readonly key: 'output' | 'timeout' | 'grace' | 'workers' | 'memory' | 'rateLimit'
  readonly flag: string
  readonly variable: string
  readonly isNumber: boolean
  readonly defaultText: string
  readonly description: string
}

const setting = (
  key: Setting['key'],
  flag: string,
  variable: string,
  defaultText: string,
  description: string,
): Setting => ({ key, flag, variable, isNumber: /^\d+$/.test(defaultText), defaultText, description })

/** All global settings. Flags win over variables, these over the file, and that over the defaults. */
export const settings: readonly Setting[] = [
  setting(
    'output',
    '--output <folder>',
    'PIPELINE_OUTPUT',
    'out',
    'folder of ledger, summary and reject file',
  ),
  setting('timeout', '--timeout <duration>', 'PIPELINE_TIMEOUT', 'none', 'bound on the whole run'),
  setting('grace', '--grace <duration>', 'PIPELINE_GRACE', '5s', 'for pages in flight after an interruption'),
  setting('workers', '--workers <n>', 'PIPELINE_WORKER_POOL_SIZE', '4', 'threads that parse and normalise'),
  setting(
    'memory',
    '--memory <size>',
    'PIPELINE_MEMORY',
    '64MiB',
    'bound on page bytes between fetch and commit',
  ),
  setting(
    'rateLimit',
    '--rate-limit <n>',
    'PIPELINE_RATE_LIMIT_RPS',
    '5',
    'requests a second for each endpoint',
  ),
]

/** What the command line gave, as it was written. */
export type SettingFlags = Readonly<Partial<Record<Setting['key'], string | number>>>

/** The settings as `--help` shows them: variable, flag and default. */
export function settingsHelp(): string {
  const rows = settings.map(({ variable, flag, defaultText }) => [variable, flag, `(${defaultText})`])
  const widthOf = (column: number) => Math.max(...rows.map(row => row[column]?.length ?? 0))
  const [first, second] = [widthOf(0), widthOf(1)]
  const lines = rows.map(
    ([variable = '', flag = '', rest = '']) => `  ${variable.padEnd(first)}  ${flag.padEnd(second)}  ${rest}`,
  )
  return `Settings (flag > environment > file > default):\n${lines.join('\n')}`
}
