import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'
import { ConfigInvalid } from './errors.ts'
import { configKeys, type Config, type ConfigKey } from './schema.ts'

export const CONFIG_FILE = 'berth.yaml'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads the environment and the file berth.yaml of the data folder, once; the environment wins. Throws one error that
 * names everything that is wrong. The answer is frozen.
 */
export function loadConfig(environment: Environment = process.env): Config {
  const dataDir = resolve(environment[configKeys.dataDir.env] || String(configKeys.dataDir.preset))
  const file = readFile(join(dataDir, CONFIG_FILE))
  const problems = strangers(
    file,
    Object.keys(configKeys).filter((name) => name !== 'dataDir'),
  )
  const values: Record<string, unknown> = {}
  for (const [name, key] of Object.entries(configKeys)) {
    const set = environment[key.env] || undefined
    const raw = set ?? file[name]
    if (raw === undefined || raw === null) values[name] = key.preset
    else {
      const read = readValue(key, raw)
      if ('value' in read) values[name] = read.value
      else problems.push(`${set === undefined ? `${name} (in ${CONFIG_FILE})` : key.env}: ${read.problem}`)
    }
  }
  if (problems.length > 0) throw ConfigInvalid({ problems })
  values.dataDir = dataDir
  values.databaseUrl ??= `sqlite:${join(dataDir, 'berth.db')}`
  for (const value of Object.values(values)) if (typeof value === 'object') Object.freeze(value)
  return Object.freeze(values) as unknown as Config
}

/** For logs and pages: secrets are hidden, and what is not a secret is as it is. */
export function maskedConfig(config: Config): Record<string, unknown> {
  const entries = Object.entries(config).map(([name, value]) => {
    const secret = configKeys[name as keyof Config].secret && value !== null
    return [name, secret ? '(hidden)' : value]
  })
  return Object.fromEntries(entries) as Record<string, unknown>
}

function readFile(path: string): Record<string, unknown> {
  if (!existsSync(path)) return {}
  try {
    const content: unknown = parse(readFileSync(path, 'utf8')) ?? {}
    if (isMap(content)) return content
    throw new Error('it must hold "name: value" lines')
  } catch (error) {
    throw ConfigInvalid({ problems: [`${path}: ${error instanceof Error ? error.message : String(error)}`] })
  }
}

function strangers(file: Record<string, unknown>, known: readonly string[]): string[] {
  return Object.keys(file)
    .filter((name) => !known.includes(name))
    .map((name) => `${name} (in ${CONFIG_FILE}): no such key; there are ${known.join(', ')}`)
}

type Read = { value: unknown } | { problem: string }

function readValue(key: ConfigKey, raw: unknown): Read {
  switch (key.type) {
    case 'integer':
      return readInteger(key, raw)
    case 'text':
      return typeof raw === 'string' ? { value: raw } : { problem: 'must be a text' }
    case 'choice':
      return readChoice(key.of, raw)
    case 'url':
      return readUrl(key, raw)
    case 'list':
      return readList(raw)
    case 'map':
      return readMap(raw)
  }
}

function readInteger({ min, max }: { min: number; max: number }, raw: unknown): Read {
  const value = typeof raw === 'string' && /^-?\d+$/.test(raw) ? Number(raw) : raw
  if (Number.isInteger(value) && Number(value) >= min && Number(value) <= max) return { value }
  return { problem: `must be a whole number from ${min} to ${max}, not "${String(raw)}"` }
}

function readChoice(of: readonly (string | number)[], raw: unknown): Read {
  const value = of.find((one) => String(one) === String(raw))
  return value === undefined
    ? { problem: `must be one of ${of.join(', ')}, not "${String(raw)}"` }
    : { value }
}

/** Never repeats the value: addresses hold passwords. */
function readUrl({ protocols }: { protocols: readonly string[] }, raw: unknown): Read {
  const starts = protocols.map((protocol) => (protocol === 'sqlite:' ? protocol : `${protocol}//`))
  const fits = typeof raw === 'string' && starts.some((start) => raw.startsWith(start)) && URL.canParse(raw)
  return fits ? { value: raw } : { problem: `must be an address that starts with ${starts.join(' or ')}` }
}

function readList(raw: unknown): Read {
  const items = typeof raw === 'string' ? raw.split(',').map((item) => item.trim()) : raw
  if (!Array.isArray(items) || !items.every((item) => typeof item === 'string' && item !== ''))
    return { problem: 'must be a list of texts' }
  return { value: items }
}

function readMap(raw: unknown): Read {
  const map = typeof raw === 'string' ? Object.fromEntries(raw.split(',').map(pair)) : raw
  const fits = isMap(map) && Object.entries(map).every(([host, origin]) => host !== '' && isOrigin(origin))
  return fits ? { value: map } : { problem: 'must be pairs such as api.example.com=http://127.0.0.1:9000' }
}

function pair(text: string): [string, string] {
  const at = text.indexOf('=')
  return [text.slice(0, Math.max(at, 0)).trim(), text.slice(at + 1).trim()]
}

const isOrigin = (value: unknown): boolean =>
  typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value)

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
