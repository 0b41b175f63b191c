import { readAmount } from '../rules.ts'
import { unitOf } from '../scheme-input.ts'
import { schemeKinds, schemeProblems, type Scheme } from '../schemes.ts'
import type { Entry, FileReader } from './reader.ts'
import type { FilePrice } from './shape.ts'
import { choice, cycleOf, whole } from './values.ts'

export interface Reading {
  reader: FileReader
  currencies: readonly string[]
}

/** The default prices of something, and under `list_prices` those of price lists by their names. */
export function readAllPrices(
  read: Reading,
  fields: ReadonlyMap<string, Entry>,
  how?: { steps: boolean },
): FilePrice[] {
  const byList = fields.get('list_prices')
  const lists = [...((byList && read.reader.map(byList)) ?? [])]
  return [
    ...readPrices(read, fields.get('prices'), how),
    ...lists.flatMap(([name, entry]) =>
      readPrices(read, entry, how).map((price) => ({ ...price, list: { entry, name } })),
    ),
  ]
}

/** Prices by cycle and currency. `steps`: whether a sum may be a scheme. */
function readPrices(
  { reader, currencies }: Reading,
  entry: Entry | undefined,
  { steps }: { steps: boolean } = { steps: true },
): FilePrice[] {
  const prices: FilePrice[] = []
  for (const [word, byCurrency] of (entry && reader.map(entry)) ?? []) {
    const cycle = cycleOf(reader, byCurrency, word)
    for (const [currency, sums] of reader.map(byCurrency) ?? []) {
      if (!currencies.includes(currency))
        reader.refuse(
          sums,
          `"${currency}" is not sold in`,
          `a currency of the brand: ${currencies.join(', ')}`,
        )
      else if (cycle !== undefined)
        prices.push({ cycle, currency, ...readSums(reader, sums, { currency, steps }) })
    }
  }
  return prices
}

type Sums = Pick<FilePrice, 'amountMinor' | 'setupMinor' | 'scheme'>

/** "4.90", a mapping with amount and setup, or one with a scheme. */
function readSums(
  reader: FileReader,
  entry: Entry,
  { currency, steps }: { currency: string; steps: boolean },
): Sums {
  if (!reader.isMap(entry)) return { amountMinor: readMoney(reader, entry, currency), setupMinor: 0n }
  if (steps && reader.map(entry)?.has('scheme')) return readStepped(reader, entry, currency)
  const fields = reader.map(entry, ['amount', 'setup'])
  const amount = fields?.get('amount')
  const setup = fields?.get('setup')
  if (!amount) reader.refuse(entry, 'has no amount', '{ amount: 4.90, setup: 5.00 }')
  return {
    amountMinor: amount ? readMoney(reader, amount, currency) : 0n,
    setupMinor: setup ? readMoney(reader, setup, currency) : 0n,
  }
}

export function readMoney(reader: FileReader, entry: Entry, currency: string): bigint {
  const text = reader.scalar(entry)
  if (text === undefined) return 0n
  const amount = readAmount(text ?? '', currency)
  if (typeof amount === 'bigint') return amount
  reader.refuse(
    entry,
    amount.problem,
    `an amount in ${currency} such as 12${currency === 'JPY' ? '' : '.00'}`,
  )
  return 0n
}

const TIER_KEYS = ['up_to', 'unit', 'flat']

/** { scheme: graduated, included: 2, minimum: 5.00, tiers: [{ up_to: 10, unit: 1.00 }, { unit: 0.80, flat: 2.00 }] } */
function readStepped(reader: FileReader, entry: Entry, currency: string): Sums {
  const fields = reader.map(entry, ['scheme', 'included', 'minimum', 'size', 'tiers', 'setup'])!
  const money = (of: Entry | undefined): bigint => (of ? readMoney(reader, of, currency) : 0n)
  const kind = choice(reader, fields.get('scheme'), schemeKinds)
  const scheme: Scheme = {
    kind: kind ?? 'per_unit',
    included: whole(reader, fields.get('included')) ?? 0,
    minimumMinor: money(fields.get('minimum')),
    size: whole(reader, fields.get('size'), 1) ?? 1,
    tiers: (reader.list(fields.get('tiers')) ?? []).map((item) => {
      const tier = reader.map(item, TIER_KEYS)
      return {
        upTo: whole(reader, tier?.get('up_to'), 1) ?? null,
        unitMinor: money(tier?.get('unit')),
        flatMinor: money(tier?.get('flat')),
      }
    }),
  }
  if (kind)
    for (const [field, reason] of Object.entries(schemeProblems(scheme)))
      reader.refuse(fields.get(field) ?? entry, `${field} ${reason}`, `${field} that fit a ${kind} price`)
  return { amountMinor: unitOf(scheme), setupMinor: money(fields.get('setup')), scheme }
}
