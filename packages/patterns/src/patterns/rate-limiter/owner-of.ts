/** The name by which messages about options call a limiter: `token-bucket-limiter` is TokenBucketLimiter. */
export function ownerOf(pattern: string): string {
  return pattern.replace(/(?:^|-)(\w)/g, (_, initial: string) => initial.toUpperCase())
}
