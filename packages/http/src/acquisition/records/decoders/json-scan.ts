/** A double holds any integer of 15 digits; from here on it may not. */
const longNumber = 16

/**
 * Whether the text holds a number of 16 digits or more that JSON.parse might round. It looks at every
 * sixteenth character, since a run that long must cover one of them; a number inside a string may be reported
 * too, which only costs time.
 */
export function hasLongNumber(text: string): boolean {
  let at = longNumber - 1
  while (at < text.length) {
    if (!isNumeral(text.charCodeAt(at))) {
      at += longNumber
      continue
    }
    let start = at
    while (start > 0 && isNumeral(text.charCodeAt(start - 1))) start -= 1
    let end = at + 1
    while (isNumeral(text.charCodeAt(end))) end += 1
    if (countDigits(text, start, end) >= longNumber && text[start - 1] !== '"') return true
    at = end + longNumber - 1
  }
  return false
}

function isNumeral(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 46
}

function countDigits(text: string, start: number, end: number): number {
  let digits = 0
  for (let at = start; at < end; at += 1) if (text.charCodeAt(at) !== 46) digits += 1
  return digits
}

/** Whether a text that is no JSON ends in the middle of a string, array or object: it was cut off. */
export function isCutShort(text: string): boolean {
  let depth = 0
  let inString = false
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]
    if (inString) {
      if (char === '\\') at += 1
      else if (char === '"') inString = false
    } else if (char === '"') inString = true
    else if (char === '{' || char === '[') depth += 1
    else if (char === '}' || char === ']') depth -= 1
  }
  return inString || depth > 0
}
