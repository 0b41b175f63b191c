/** A setting of the product, or an option laid over it, that cannot be used. */
export class SettingsProblem extends Error {
  constructor(field: string, expected: string) {
    super(`The product's setting "${field}" must be ${expected}.`)
    this.name = 'SettingsProblem'
  }
}

/** A product's settings, read and complete. Memory, disk and swap are MiB, cpu percent of one core. */
export interface Product {
  nest: number
  egg: number
  locations: number[]
  node: number | undefined
  dedicatedIp: boolean
  portRange: string[]
  limits: Sizes & { threads: string | undefined }
  features: { databases: number; backups: number; allocations: number }
  image: string | undefined
  startup: string | undefined
  generated: string[]
  oomDisabled: boolean
  startOnCompletion: boolean
  skipScripts: boolean
  /** The value of an egg's variable, from an option or field of that name or from `environment`. */
  variable(name: string): string | undefined
}

interface Sizes {
  memory: number
  swap: number
  disk: number
  io: number
  cpu: number
}

type Settings = Readonly<Record<string, unknown>>

const DEFAULT_IO = 500

/** Options come as text: numbers may be written as text, lists with commas between. Throws SettingsProblem. */
export function readProduct(settings: Settings): Product {
  return {
    nest: integer(settings, 'nest'),
    egg: integer(settings, 'egg'),
    locations: list(settings, 'location_ids').map((id) => toInteger(id, 'location_ids')),
    node: isSet(settings['node']) ? integer(settings, 'node') : undefined,
    dedicatedIp: flag(settings, 'dedicated_ip', false),
    portRange: list(settings, 'port_range').map(String),
    limits: {
      memory: integer(settings, 'memory'),
      swap: integer(settings, 'swap', 0),
      disk: integer(settings, 'disk'),
      io: integer(settings, 'io', DEFAULT_IO),
      cpu: integer(settings, 'cpu'),
      threads: text(settings, 'threads'),
    },
    features: {
      databases: integer(settings, 'databases', 0),
      backups: integer(settings, 'backups', 0),
      allocations: integer(settings, 'allocations', 0),
    },
    image: text(settings, 'docker_image'),
    startup: text(settings, 'startup'),
    generated: list(settings, 'generated').map(String),
    oomDisabled: flag(settings, 'oom_disabled', true),
    startOnCompletion: flag(settings, 'start_on_completion', true),
    skipScripts: flag(settings, 'skip_scripts', false),
    variable: (name) => scalar(settings[name]) ?? scalar(environmentOf(settings)[name]),
  }
}

function environmentOf({ environment }: Settings): Settings {
  if (!isSet(environment)) return {}
  if (typeof environment !== 'object' || Array.isArray(environment))
    throw new SettingsProblem('environment', 'a set of names and values')
  return environment as Settings
}

const isSet = (value: unknown) => value !== undefined && value !== null && value !== ''

function integer(settings: Settings, field: string, fallback?: number): number {
  const value = settings[field]
  if (!isSet(value) && fallback !== undefined) return fallback
  return toInteger(value, field)
}

function toInteger(value: unknown, field: string): number {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : ''
  if (!/^-?\d{1,12}$/.test(text)) throw new SettingsProblem(field, 'a whole number')
  return Number(text)
}

function flag(settings: Settings, field: string, fallback: boolean): boolean {
  const value = settings[field]
  if (!isSet(value)) return fallback
  if (value === true || value === 'true' || value === '1' || value === 1) return true
  if (value === false || value === 'false' || value === '0' || value === 0) return false
  throw new SettingsProblem(field, 'true or false')
}

function text(settings: Settings, field: string): string | undefined {
  const value = settings[field]
  if (!isSet(value)) return undefined
  if (typeof value !== 'string') throw new SettingsProblem(field, 'a text')
  return value
}

function list(settings: Settings, field: string): unknown[] {
  const value = settings[field]
  if (!isSet(value)) return []
  if (typeof value === 'string') return value.split(',')
  if (!Array.isArray(value)) throw new SettingsProblem(field, 'a list')
  return value
}

/** A variable's value as the panel takes it: text, with 1 and 0 for yes and no. */
function scalar(value: unknown): string | undefined {
  if (typeof value === 'boolean') return value ? '1' : '0'
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}
