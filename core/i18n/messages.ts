import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parse } from 'yaml'
import { compileMessage, type CompiledMessage, type MessageParams } from './compile-message.ts'

export const SOURCE_LOCALE = 'en'

export type { MessageParams }
export type Translate = (key: string, params?: MessageParams) => string

export interface Messages {
  /** `t` for one reader: de-AT falls back to de, then to English, key by key. */
  translator(locale: string): Translate
  /** Whether English has the message; with a locale, whether that language or one it falls back to has it. */
  has(key: string, locale?: string): boolean
  /** Folders found, such as ["de", "en"]. */
  readonly locales: readonly string[]
  /** Keys of English that a language lacks. */
  missing(locale: string): string[]
}

export interface MessagesOptions {
  /** Holds one folder a language, and in it one YAML file an area: en/portal.yaml. */
  folder: string
  /** True in tests: an unknown key or a lacking parameter throws. Otherwise the key itself is shown. */
  strict?: boolean
}

/** A file of messages is read when one of them is asked for; a message is compiled then, once for each language. */
export function createMessages({ folder, strict = false }: MessagesOptions): Messages {
  const catalogues = findCatalogues(folder)
  const translators = new Map<string, Translate>()

  return {
    locales: Object.freeze([...catalogues.keys()].sort()),
    has: (key, locale = SOURCE_LOCALE) =>
      chainOf(locale, catalogues).some(([, catalogue]) => catalogue.find(key) !== undefined),
    missing: (locale) =>
      keysOf(SOURCE_LOCALE).filter((key) => catalogues.get(locale)?.find(key) === undefined),
    translator(locale) {
      const known = translators.get(locale)
      if (known) return known
      const t = makeTranslator(chainOf(locale, catalogues), strict)
      translators.set(locale, t)
      return t
    },
  }

  function keysOf(locale: string): string[] {
    return catalogues.get(locale)?.keys() ?? []
  }
}

/** The messages of one language. */
interface Catalogue {
  find(key: string): string | undefined
  /** All of them, so this reads every file. */
  keys(): string[]
}

function findCatalogues(folder: string): Map<string, Catalogue> {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return new Map(folders.map(({ name }) => [name, openCatalogue(join(folder, name))]))
}

function openCatalogue(folder: string): Catalogue {
  const areas = readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
    .sort()
  const read = new Map<string, ReadonlyMap<string, string>>()
  const messagesOf = (area: string) => {
    let messages = read.get(area)
    if (!messages) read.set(area, (messages = readArea(folder, area)))
    return messages
  }
  const known = new Set(areas)
  return {
    find(key) {
      const area = key.slice(0, key.indexOf('.'))
      return known.has(area) ? messagesOf(area).get(key) : undefined
    },
    keys: () => areas.flatMap((area) => [...messagesOf(area).keys()]),
  }
}

function readArea(folder: string, area: string): ReadonlyMap<string, string> {
  const path = join(folder, `${area}.yaml`)
  const messages = new Map<string, string>()
  flatten(parse(readFileSync(path, 'utf8')), area, messages, path)
  return messages
}

function flatten(node: unknown, prefix: string, into: Map<string, string>, path: string): void {
  if (node === null || node === undefined) return
  if (typeof node === 'string') {
    into.set(prefix, copied(node))
    return
  }
  if (typeof node !== 'object' || Array.isArray(node)) {
    throw new Error(`${path}: "${prefix}" must be a text or a group of texts; put it in quotes.`)
  }
  for (const [key, child] of Object.entries(node)) flatten(child, `${prefix}.${key}`, into, path)
}

/**
 * A text cut out of a file that holds a wide letter anywhere is kept in two bytes a letter, and so is every page that
 * shows it; a copy takes what the text itself needs.
 */
const copied = (text: string): string => Buffer.from(text, 'utf8').toString('utf8')

function chainOf(locale: string, catalogues: Map<string, Catalogue>): [string, Catalogue][] {
  const language = locale.split('-')[0]!
  return [...new Set([locale, language, SOURCE_LOCALE])].flatMap((name): [string, Catalogue][] => {
    const catalogue = catalogues.get(name)
    return catalogue ? [[name, catalogue]] : []
  })
}

function makeTranslator(chain: [string, Catalogue][], strict: boolean): Translate {
  const compiled = new Map<string, CompiledMessage>()
  return (key, params) => {
    let message = compiled.get(key)
    if (message === undefined) {
      message = compileFrom(chain, key, strict)
      compiled.set(key, message)
    }
    return typeof message === 'string' ? message : format(message, key, params, strict)
  }
}

function compileFrom(chain: [string, Catalogue][], key: string, strict: boolean): CompiledMessage {
  for (const [locale, catalogue] of chain) {
    const source = catalogue.find(key)
    if (source !== undefined) return compileMessage(source, locale)
  }
  if (strict) throw new Error(`There is no message "${key}". Add it to locales/${SOURCE_LOCALE}.`)
  return key
}

function format(
  message: Exclude<CompiledMessage, string>,
  key: string,
  params: MessageParams | undefined,
  strict: boolean,
): string {
  try {
    return message(params)
  } catch (cause) {
    if (strict) throw new Error(`Message "${key}" lacks a parameter.`, { cause })
    return key
  }
}
