/** Half a character: UTF-8 cannot hold it, so that what stores or sends it would replace it. */
const loneSurrogate = /\p{Surrogate}/u

export function holdsLoneSurrogate(text: string): boolean {
  return loneSurrogate.test(text)
}
