import { IntlMessageFormat } from 'intl-messageformat'

export type MessageParams = Record<string, string | number | boolean | null | undefined>

/** A message ready to be written: plain text when it takes no parameters, which most do not. */
export type CompiledMessage = string | ((params: MessageParams | undefined) => string)

type Write = (params: MessageParams, counted: number | undefined) => string
type Element = ReturnType<IntlMessageFormat['getAst']>[number]

/** Kinds of elements in the library's tree. */
const LITERAL = 0
const ARGUMENT = 1
const SELECT = 5
const PLURAL = 6
const POUND = 7

/**
 * Compiles an ICU message. Texts, parameters, plurals and selects, which is all that our messages hold, are written by
 * a function made once; anything rarer is left to the library, which walks its tree anew each time.
 */
export function compileMessage(source: string, locale: string): CompiledMessage {
  // Tags are off: "<b>" in a message is text, and a template escapes it.
  const message = new IntlMessageFormat(source, locale, undefined, { ignoreTag: true })
  const elements = message.getAst()
  if (elements.every((element) => element.type === LITERAL)) return String(message.format())
  const write = writerOf(elements, locale)
  return write ? (params) => write(params ?? NONE, undefined) : (params) => String(message.format(params))
}

const NONE: MessageParams = {}

function writerOf(elements: readonly Element[], locale: string): Write | null {
  const writers: Write[] = []
  for (const element of elements) {
    const write = elementWriter(element, locale)
    if (!write) return null
    writers.push(write)
  }
  if (writers.length === 1) return writers[0]!
  return (params, counted) => {
    let text = ''
    for (const write of writers) text += write(params, counted)
    return text
  }
}

function elementWriter(element: Element, locale: string): Write | null {
  switch (element.type as number) {
    case LITERAL: {
      const { value } = element as { value: string }
      return () => value
    }
    case ARGUMENT: {
      const { value: name } = element as { value: string }
      return (params) => {
        const value = paramOf(params, name)
        return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
      }
    }
    case POUND: {
      const numbers = new Intl.NumberFormat(locale)
      return (_params, counted) => (counted === undefined ? '' : numbers.format(counted))
    }
    case SELECT:
      return selectWriter(element as Choosing, locale)
    case PLURAL:
      return pluralWriter(element as Counting, locale)
    default:
      return null
  }
}

interface Choosing {
  value: string
  options: Record<string, { value: Element[] }>
}

interface Counting extends Choosing {
  offset: number
  pluralType: Intl.PluralRulesOptions['type']
}

function selectWriter({ value: name, options }: Choosing, locale: string): Write | null {
  const choices = choicesOf(options, locale)
  return choices && ((params) => chosen(choices, String(paramOf(params, name)))(params, undefined))
}

function pluralWriter({ value: name, options, offset, pluralType }: Counting, locale: string): Write | null {
  const choices = choicesOf(options, locale)
  if (!choices) return null
  const rules = new Intl.PluralRules(locale, pluralType === undefined ? {} : { type: pluralType })
  return (params) => {
    const value = paramOf(params, name)
    const counted = Number(value) - offset
    const exact = choices.get(`=${String(value)}`)
    return (exact ?? chosen(choices, rules.select(counted)))(params, counted)
  }
}

function choicesOf(options: Choosing['options'], locale: string): Map<string, Write> | null {
  const choices = new Map<string, Write>()
  for (const [key, { value }] of Object.entries(options)) {
    const write = writerOf(value, locale)
    if (!write) return null
    choices.set(key, write)
  }
  return choices
}

function chosen(choices: Map<string, Write>, key: string): Write {
  const write = choices.get(key) ?? choices.get('other')
  if (!write) throw new TypeError(`There is no choice for "${key}".`)
  return write
}

function paramOf(params: MessageParams, name: string): MessageParams[string] {
  if (!(name in params)) throw new TypeError(`The parameter "${name}" is lacking.`)
  return params[name]
}
