import { createHash } from 'node:crypto'
import type { Client } from '../../clients/index.ts'
import type { Queries } from '../../db/index.ts'
import { BerthError } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import type { ChangeMeans, Offer } from '../ports.ts'
import type { ServiceRow } from '../rows.ts'
import { TransferUnpriced } from './errors.ts'

/** What a service costs its receiver; `offer` is null where it keeps the price that it has. */
export interface Taken {
  service: ServiceRow
  offer: Offer | null
  /** Of one period, before tax and without what lowers it. */
  recurringMinor: bigint
}

type Receiver = Pick<Client, 'id'>

/** The prices of the receiver's own list as of today, for the very choices of the service, or those that it has. */
export async function pricesFor(
  means: Means & Pick<ChangeMeans, 'changes'>,
  queries: Queries,
  wanted: { family: readonly ServiceRow[]; receiver: Receiver; prices: 'list' | 'same' },
): Promise<Taken[]> {
  const taken: Taken[] = []
  for (const service of wanted.family) {
    const offer = wanted.prices === 'same' ? null : await priceOf(means, queries, service, wanted.receiver)
    taken.push({ service, offer, recurringMinor: offer?.recurringMinor ?? service.recurring_minor })
  }
  return taken
}

/** What its receiver was shown and agrees to: services, plans, choices, prices and first days. */
export function fingerprintOf(taken: readonly Taken[]): string {
  const shown = taken.map(({ service, offer, recurringMinor }) => [
    ...[service.id, service.product_id, service.cycle, service.quantity, service.next_period_on],
    ...[
      String(recurringMinor),
      offer?.options.map(({ optionId, value, quantity }) => [optionId, value, quantity]),
    ],
  ])
  return createHash('sha256').update(JSON.stringify(shown)).digest('hex')
}

async function priceOf(
  means: Means & Pick<ChangeMeans, 'changes'>,
  queries: Queries,
  service: ServiceRow,
  { id: client_id }: Receiver,
): Promise<Offer> {
  const { product_id: productId, cycle, quantity } = service
  const onDay = means.business.today(service.zone)
  const wish = { service: { ...service, client_id }, productId, cycle, quantity, options: [], onDay }
  try {
    return await means.changes.price(queries, wish)
  } catch (error) {
    if (!(error instanceof BerthError) || error.code !== 'input.invalid') throw error
    throw TransferUnpriced({ id: service.id, product: service.label }, error)
  }
}
