/** Where the values of a JSON text stand, and its keys: offsets by path, as `keyOf` writes it. */
export interface Places {
  values: ReadonlyMap<string, number>
  keys: ReadonlyMap<string, number>
  /** Where it stops being JSON; undefined when all of it is. */
  faultAt: number | undefined
}

export const keyOf = (path: readonly string[]): string => JSON.stringify(path)

interface Reading {
  text: string
  at: number
  values: Map<string, number>
  keys: Map<string, number>
}

class NoJson extends Error {}

/** Reads a JSON text for the places alone. Its depth must have been measured. */
export function placesIn(text: string): Places {
  const reading: Reading = { text, at: 0, values: new Map(), keys: new Map() }
  const { values, keys } = reading
  try {
    readValue(reading, [])
    return { values, keys, faultAt: reading.at < text.length ? reading.at : undefined }
  } catch (error) {
    if (error instanceof NoJson) return { values, keys, faultAt: reading.at }
    throw error
  }
}

/** "line 3 column 5", from one. */
export function lineAndColumn(text: string, offset: number): string {
  const before = text.slice(0, offset)
  const start = before.lastIndexOf('\n') + 1
  return `line ${before.split('\n').length} column ${offset - start + 1}`
}

function readValue(reading: Reading, path: readonly string[]): void {
  skipSpace(reading)
  reading.values.set(keyOf(path), reading.at)
  const first = reading.text[reading.at]
  if (first === '{') readItems(reading, '}', () => readEntry(reading, path))
  else if (first === '[') readItems(reading, ']', (i) => readValue(reading, [...path, String(i)]))
  else if (first === '"') readText(reading)
  else readWord(reading)
  skipSpace(reading)
}

function readItems(reading: Reading, end: string, readOne: (i: number) => void): void {
  reading.at++
  skipSpace(reading)
  if (reading.text[reading.at] === end) return void reading.at++
  for (let i = 0; ; i++) {
    readOne(i)
    const mark = reading.text[reading.at]
    if (mark !== ',' && mark !== end) throw new NoJson()
    reading.at++
    if (mark === end) return
  }
}

function readEntry(reading: Reading, path: readonly string[]): void {
  skipSpace(reading)
  const from = reading.at
  readText(reading)
  const inner = [...path, JSON.parse(reading.text.slice(from, reading.at)) as string]
  reading.keys.set(keyOf(inner), from)
  skipSpace(reading)
  if (reading.text[reading.at] !== ':') throw new NoJson()
  reading.at++
  readValue(reading, inner)
}

/** Stops before what a text may not have. */
function readText(reading: Reading): void {
  const { text } = reading
  if (text[reading.at] !== '"') throw new NoJson()
  for (let at = reading.at + 1; ; at++) {
    const one = text[at]
    reading.at = at
    if (one === undefined || one < ' ') throw new NoJson()
    if (one === '"') return void reading.at++
    if (one !== '\\') continue
    ESCAPE.lastIndex = at
    const [escape] = ESCAPE.exec(text) ?? []
    if (escape === undefined) throw new NoJson()
    at += escape.length - 1
  }
}

const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const WORD = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y

function readWord(reading: Reading): void {
  WORD.lastIndex = reading.at
  const [word] = WORD.exec(reading.text) ?? []
  if (word === undefined) throw new NoJson()
  reading.at += word.length
}

function skipSpace(reading: Reading): void {
  while (' \t\n\r'.includes(reading.text[reading.at] ?? '-')) reading.at++
}
