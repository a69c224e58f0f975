/**
 * With which options a thread or a process that runs a file is started. It inherits the arguments of this
 * process to Node, unless these say how the text of `node --eval` is to be read: Node refuses to run a file
 * with them.
 */
export function fileStart(): { readonly execArgv?: string[] } {
  const isFromText = process.execArgv.some(argument => argument.startsWith('--input-type'))
  return isFromText ? { execArgv: [] } : {}
}
