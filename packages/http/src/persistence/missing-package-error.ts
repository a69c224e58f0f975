import { AsyncPatternsError } from 'async-patterns'

/** A package that only some features need is not installed, or is there but not built for this Node. */
export class MissingPackageError extends AsyncPatternsError {
  readonly code = 'MISSING_PACKAGE'
  readonly packageName: string

  /** `remedy` is what the message ends with; without it, how the package is installed. */
  constructor(
    packageName: string,
    purpose: string,
    cause?: unknown,
    remedy = `: npm install ${packageName}`,
  ) {
    super(`${purpose} needs the package ${packageName}${remedy}`, { cause })
    this.packageName = packageName
  }
}
