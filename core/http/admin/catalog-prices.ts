import { retirePrice, setPrice, type Price, priceAt } from '../../catalog/index.ts'
import { BerthError, cycle, invalidInput, type IsoDate } from '../../kernel/index.ts'
import { toDecimal } from '../../../sdk/index.ts'
import { readAmount } from '../page/index.ts'
import type { Desk } from './desk.ts'

export interface TypedPrice {
  ownerId: string
  prices: readonly Price[]
  cycle: string
  currency: string
  amount: string
  setup: string
  validFrom: IsoDate | null
  /** Of which price list; absent for default prices. */
  listId?: string
  /** Names of the fields, for refusals. */
  fields: { amount: string; setup: string }
}

/** Sets what differs from what is sold now and stops what was emptied. Everything is checked before anything is written. */
export async function savePrices(desk: Desk, typed: readonly TypedPrice[]): Promise<number> {
  const changes = typed.map((one) => ({ one, ...readTyped(desk, one) }))
  for (const { one, amount, setup } of changes)
    if (amount === null && setup !== null && !presentOf(desk, one))
      throw invalidInput({ [one.fields.setup]: 'needs a price beside it, which may be 0.00' })
  let changed = 0
  for (const { one, amount, setup } of changes) {
    const list = one.listId === undefined ? {} : { list_id: one.listId }
    const terms = { owner_id: one.ownerId, cycle: one.cycle, currency: one.currency, ...list }
    if (amount === null) {
      if (presentOf(desk, one)) changed += await retirePrice(desk.means, terms, desk.actor)
      continue
    }
    const day = one.validFrom ? { valid_from: one.validFrom } : {}
    const id = await setPrice(
      desk.means,
      { ...terms, amount, ...(setup === null ? {} : { setup }), ...day },
      desk.actor,
    ).catch(named(one))
    if (id !== null) changed++
  }
  return changed
}

const presentOf = (desk: Desk, { prices, validFrom, ...one }: TypedPrice) =>
  priceAt(prices, { cycle: cycle(one.cycle), currency: one.currency, day: validFrom ?? desk.today })

function readTyped(desk: Desk, one: TypedPrice): { amount: string | null; setup: string | null } {
  const read = (text: string, field: string) => {
    if (text === '') return null
    const minor = readAmount(text, one.currency, desk.locale)
    if (minor === null || minor < 0n) throw invalidInput({ [field]: 'is not an amount such as 24.00' })
    return toDecimal({ minor, currency: one.currency })
  }
  return { amount: read(one.amount, one.fields.amount), setup: read(one.setup, one.fields.setup) }
}

/** The verb speaks of "amount"; the grid has many. */
const named =
  (one: TypedPrice) =>
  (error: unknown): never => {
    if (!(error instanceof BerthError)) throw error
    const { amount, setup, ...rest } = error.fields
    throw invalidInput({
      ...rest,
      ...(amount ? { [one.fields.amount]: amount } : {}),
      ...(setup ? { [one.fields.setup]: setup } : {}),
    })
  }
