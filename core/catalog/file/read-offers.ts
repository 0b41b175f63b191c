import { bundleKinds, bundleLasts, type Bundle } from '../deals.ts'
import { roundingModes } from '../rounding.ts'
import { readPercent } from '../rules.ts'
import { readMoney, type Reading } from './read-prices.ts'
import type { Entry } from './reader.ts'
import type { FileBundle, FileGift, FileMember, FilePriceList, FilePriceRule } from './shape.ts'
import { choice, cycleOf, flag, NAME, optionalText, requiredText, SHORT, SLUG } from './values.ts'

/** What stands beside the groups: price lists, rules of currencies, bundles and gifts. */

type Fields = ReadonlyMap<string, Entry>

/** { name: Partners, discount: 10 } */
export function readPriceList(read: Reading, entry: Entry): FilePriceList | undefined {
  const { reader } = read
  const fields = reader.map(entry, ['name', 'discount'])
  if (!fields) return undefined
  const discount = fields.get('discount')
  return {
    entry,
    name: requiredText(reader, { parent: entry, fields, key: 'name' }, NAME),
    discount_ppm: discount && share(read, discount, { least: 0, most: 1_000_000 }),
  }
}

/** { currency: IDR, base: EUR, markup: 2.5, rounding: { mode: up, step: 1000.00 }, follows: true } */
export function readPriceRule(read: Reading, entry: Entry): FilePriceRule | undefined {
  const { reader } = read
  const fields = reader.map(entry, ['currency', 'base', 'markup', 'rounding', 'follows'])
  if (!fields) return undefined
  const currency = currencyOf(read, entry, fields, 'currency')
  const base = currencyOf(read, entry, fields, 'base')
  if (currency !== '' && currency === base)
    reader.refuse(fields.get('currency')!, 'is the base itself', 'another currency of the brand')
  const markup = fields.get('markup')
  return {
    entry,
    currency,
    base,
    markup_ppm: markup ? share(read, markup, { least: -900_000, most: 10_000_000 }) : 0,
    rounding: readRounding(read, fields.get('rounding') ?? entry, currency),
    follows: flag(reader, fields.get('follows')) ?? false,
  }
}

function readRounding({ reader }: Reading, entry: Entry, currency: string): FilePriceRule['rounding'] {
  const nothing = { mode: 'nearest' as const, step: '0', ending: '0' }
  if (!entry.path.endsWith('.rounding')) {
    reader.refuse(entry, 'has no rounding', 'rounding: { mode: nearest, step: 1.00, ending: 0.99 }')
    return nothing
  }
  const fields = reader.map(entry, ['mode', 'step', 'ending'])
  if (!fields || currency === '') return nothing
  const [step, ending] = [fields.get('step'), fields.get('ending')]
  if (!step) reader.refuse(entry, 'has no step', 'step: 1.00')
  const stepMinor = step ? readMoney(reader, step, currency) : 1n
  const endingMinor = ending ? readMoney(reader, ending, currency) : 0n
  if (step && stepMinor === 0n) reader.refuse(step, 'is nothing', 'a step above zero')
  else if (ending && endingMinor >= stepMinor)
    reader.refuse(
      ending,
      'is not below the step',
      'an ending below the step, such as 0.99 for a step of 1.00',
    )
  return {
    mode: choice(reader, fields.get('mode'), roundingModes) ?? 'nearest',
    step: reader.scalar(step) ?? '0',
    ending: reader.scalar(ending) ?? '0',
  }
}

const BUNDLE_KEYS = [
  ...['slug', 'name', 'summary', 'members', 'percent', 'amount', 'price', 'currency', 'lasts'],
]

/** { slug: starter, name: Starter, members: [{ product: web }, { product: mail, cycles: [monthly] }], percent: 10 } */
export function readBundle(read: Reading, entry: Entry): FileBundle | undefined {
  const { reader } = read
  const fields = reader.map(entry, BUNDLE_KEYS)
  if (!fields) return undefined
  const members = (reader.list(fields.get('members')) ?? []).flatMap((item) => readMember(read, item) ?? [])
  if (members.length < 2 || members.length > 12)
    reader.refuse(fields.get('members') ?? entry, `has ${members.length} members`, '2 to 12 products')
  return {
    entry,
    slug: requiredText(reader, { parent: entry, fields, key: 'slug' }, SLUG),
    name: requiredText(reader, { parent: entry, fields, key: 'name' }, NAME),
    summary: optionalText(reader, fields.get('summary'), SHORT),
    members,
    ...readBundleWorth(read, entry, fields),
    lasts: choice(reader, fields.get('lasts'), bundleLasts) ?? 'first',
  }
}

function readMember({ reader }: Reading, entry: Entry): FileMember | undefined {
  const fields = reader.map(entry, ['product', 'cycles'])
  if (!fields) return undefined
  return {
    entry,
    slug: requiredText(reader, { parent: entry, fields, key: 'product' }, SLUG),
    cycles: cyclesOf({ reader }, fields.get('cycles')),
  }
}

type BundleWorth = Pick<FileBundle, 'kind' | 'percent_ppm' | 'currency' | 'amount_minor'>

function readBundleWorth(read: Reading, entry: Entry, fields: Fields): BundleWorth {
  const { reader } = read
  const kinds: Record<string, Bundle['kind']> = { percent: 'percent', amount: 'fixed', price: 'price' }
  const named = Object.keys(kinds).filter((key) => fields.has(key))
  const key = named[0]
  if (named.length !== 1 || key === undefined) {
    reader.refuse(
      entry,
      'states no worth, or two',
      'one of percent, amount with currency, price with currency',
    )
    return { kind: bundleKinds[0], percent_ppm: 0, currency: null, amount_minor: null }
  }
  const kind = kinds[key]!
  if (kind === 'percent')
    return {
      kind,
      percent_ppm: share(read, fields.get(key)!, { least: 1, most: 1_000_000 }),
      currency: null,
      amount_minor: null,
    }
  const currency = currencyOf(read, entry, fields, 'currency')
  const amount_minor = currency === '' ? 0n : readMoney(reader, fields.get(key)!, currency)
  return { kind, percent_ppm: null, currency, amount_minor }
}

/** { product: web-pro, cycles: [yearly], gives: domain, percent: 100, lasts: first } */
export function readGift(read: Reading, entry: Entry): FileGift | undefined {
  const { reader } = read
  const fields = reader.map(entry, ['product', 'cycles', 'gives', 'gives_cycles', 'percent', 'lasts'])
  if (!fields) return undefined
  const percent = fields.get('percent')
  const slugAt = (key: string) => ({
    entry: fields.get(key) ?? entry,
    slug: requiredText(reader, { parent: entry, fields, key }, SLUG),
  })
  return {
    entry,
    product: slugAt('product'),
    gives: slugAt('gives'),
    cycles: cyclesOf(read, fields.get('cycles')),
    gives_cycles: cyclesOf(read, fields.get('gives_cycles')),
    percent_ppm: percent ? share(read, percent, { least: 1, most: 1_000_000 }) : 1_000_000,
    lasts: choice(reader, fields.get('lasts'), bundleLasts) ?? 'first',
  }
}

export const cyclesOf = ({ reader }: Pick<Reading, 'reader'>, entry: Entry | undefined): string[] =>
  (reader.list(entry) ?? []).flatMap((item) => cycleOf(reader, item, reader.scalar(item) ?? '') ?? [])

function currencyOf({ reader, currencies }: Reading, entry: Entry, fields: Fields, key: string): string {
  const at = fields.get(key)
  if (!at) reader.refuse(entry, `has no ${key}`, `${key}: ${currencies[0]}`)
  return choice(reader, at, currencies) ?? ''
}

/** "12.5" → 125,000; "-5" where less is allowed. */
function share({ reader }: Reading, entry: Entry, { least, most }: { least: number; most: number }): number {
  const text = reader.scalar(entry) ?? ''
  const part = readPercent(text.replace(/^-/, ''))
  const ppm = part === null ? null : text.startsWith('-') ? -part : part
  if (ppm !== null && ppm >= least && ppm <= most) return ppm
  const expected = `a percentage from ${least / 10_000} to ${most / 10_000}`
  reader.refuse(entry, `"${text}" does not fit`, expected)
  return 0
}
