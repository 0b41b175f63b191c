import { list, sql, type Queries } from '../db/index.ts'
import type { IsoDate } from '../kernel/index.ts'
import { ChangeNotPossible } from './errors.ts'
import type { ServiceRow } from './rows.ts'

/** Time of a service that the client has paid from whom it was taken over. */
export interface PaidByAnother {
  /** The first day that is not. */
  untilOn: IsoDate
  /** It was paid at another price than the service has now. */
  isRepriced: boolean
}

type Paid = Pick<ServiceRow, 'id'>

/**
 * What is left of such time on a day, by service. It is time and no money: it is used up, and nobody gets it back who
 * has not paid for it.
 */
export async function paidByAnother(
  queries: Queries,
  services: readonly Paid[],
  today: IsoDate,
): Promise<Map<string, PaidByAnother>> {
  const rows = await queries.all<{ id: string; until_on: IsoDate; repriced: number }>(sql`
    select service_id as id, max(charged_through) as until_on, max(case when before_minor <> after_minor then 1 else 0 end) as repriced
    from service_transfer_items where service_id in (${list(services.map(({ id }) => id))}) and charged_through > ${today}
    group by service_id`)
  return new Map(
    rows.map(({ id, until_on: untilOn, repriced }) => [id, { untilOn, isRepriced: Number(repriced) === 1 }]),
  )
}

/** Refuses what would give such time back as money, or count it at a price that nobody has paid. */
export function refusePaidByAnother(
  service: Paid,
  paid: PaidByAnother | undefined,
  totalMinor: bigint,
): void {
  if (!paid || (totalMinor >= 0n && !paid.isRepriced)) return
  throw ChangeNotPossible({
    id: service.id,
    reason: `its time until ${paid.untilOn} was paid by the client who handed it over, and is not given back. Choose this from that day on.`,
  })
}
