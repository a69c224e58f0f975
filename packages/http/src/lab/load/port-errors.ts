const ADVICE: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL:
    'no local port is left for this target: use fewer connections, keep them open, or widen net.ipv4.ip_local_port_range',
  EMFILE: 'this process may open no more files: raise the limit (ulimit -n) or use fewer connections',
  ENFILE: 'the system may open no more files: raise fs.file-max or use fewer connections',
  ENOBUFS: 'the system has no buffers left for another socket: use fewer connections',
}

/** Whether what ran out is this machine's own: ports, descriptors or buffers. */
export function isPortBound(code: string): boolean {
  return Object.hasOwn(ADVICE, code)
}

/** What to do about it, with the code. */
export function portAdvice(code: string): string {
  return `${code}: ${ADVICE[code] ?? 'unknown'}`
}
