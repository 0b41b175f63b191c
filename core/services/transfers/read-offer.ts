import type { Client } from '../../clients/index.ts'
import { list, sql, type Queries } from '../../db/index.ts'
import { BerthError, type Actor, type Cycle, type IsoDate } from '../../kernel/index.ts'
import { permit } from '../../records/index.ts'
import type { ChangeMeans } from '../ports.ts'
import type { ServiceRow } from '../rows.ts'
import { acceptTransfer } from './answer-transfer.ts'
import { demandReceiver } from './complete-transfer.ts'
import { familyOf } from './family.ts'
import { obstaclesOf } from './obstacles.ts'
import { fingerprintOf, pricesFor, type Taken } from './transfer-prices.ts'
import { findOffered, type TransferRow } from './transfer-row.ts'

/** One of the services that come along, as its receiver sees it before it is theirs. */
export interface OfferedService {
  label: string
  product: string
  quantity: number
  options: string[]
  cycle: Cycle
  /** Of a period at the receiver's prices, before tax; null where it has none. */
  recurringMinor: bigint | null
  /** The first day that the receiver pays. */
  nextOn: IsoDate | null
}

export interface ReadOffer {
  transfer: TransferRow
  giver: string
  currency: string
  services: OfferedService[]
  /** Of the services as they are shown; whoever accepts hands it back. Empty where they have no price. */
  seen: string
  /** Why it cannot be accepted for this client now. */
  problem: BerthError | null
  /** Something on the giver's side is to be settled first; what it is stays theirs. */
  isBlocked: boolean
}

/** What stands at the actor's address, as it would be for one of their clients. Shows nothing of how the giver used or paid it. */
export async function readOffer(
  means: ChangeMeans,
  { transferId, receiver }: { transferId: string; receiver: Client },
  actor: Actor,
): Promise<ReadOffer> {
  permit(acceptTransfer, actor)
  const { db } = means
  const transfer = await findOffered(db, actor, transferId)
  const service = (await db.get<ServiceRow>(sql`select * from services where id = ${transfer.service_id}`))!
  const giver = await db.get<{ name: string }>(
    sql`select coalesce(company, name) as name from clients where id = ${transfer.client_id}`,
  )
  const standing = transfer.status === 'offered' && service.client_id === transfer.client_id
  const family = standing ? await familyOf(db, service) : []
  const { taken, problem } = await priced(means, { service, family, receiver })
  return {
    ...{ transfer, giver: giver!.name, currency: service.currency, problem },
    services: await described(db, family, new Map(taken?.map((one) => [one.service.id, one.recurringMinor]))),
    seen: taken ? fingerprintOf(taken) : '',
    isBlocked: standing && (await obstaclesOf(means, db, family)).length > 0,
  }
}

async function priced(
  means: ChangeMeans,
  { service, family, receiver }: { service: ServiceRow; family: readonly ServiceRow[]; receiver: Client },
): Promise<{ taken: Taken[] | null; problem: BerthError | null }> {
  try {
    demandReceiver(service, receiver)
    return { taken: await pricesFor(means, means.db, { family, receiver, prices: 'list' }), problem: null }
  } catch (error) {
    if (!(error instanceof BerthError)) throw error
    return { taken: null, problem: error }
  }
}

async function described(
  queries: Queries,
  family: readonly ServiceRow[],
  prices: ReadonlyMap<string, bigint>,
): Promise<OfferedService[]> {
  if (family.length === 0) return []
  const rows = await queries.all<{ id: string; product: string; option: string | null }>(sql`
    select s.id, p.name as product, o.label as option from services s join products p on p.id = s.product_id
    left join service_options o on o.service_id = s.id
    where s.id in (${list(family.map(({ id }) => id))}) order by s.id, o.option_id`)
  const own = Map.groupBy(rows, ({ id }) => id)
  return family.map(({ id, label, cycle, quantity, next_period_on: nextOn }) => ({
    ...{ label, cycle, quantity, nextOn, product: own.get(id)![0]!.product },
    options: own.get(id)!.flatMap(({ option }) => option ?? []),
    recurringMinor: prices.get(id) ?? null,
  }))
}
