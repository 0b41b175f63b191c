import { sql, type Sql } from '../db/index.ts'
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

export interface PaidColumns {
  paid_until: IsoDate | null
  repriced: number | null
}

/**
 * Of a service "s": what is left of such time after a day. It is time and no money: it is used up, and nobody gets it
 * back who has not paid for it.
 */
export const paidColumns = (since: IsoDate): Sql => sql`
  (select max(m.charged_through) from service_transfer_items m where m.service_id = s.id and m.charged_through > ${since}) as paid_until,
  (select max(case when m.before_minor <> m.after_minor then 1 else 0 end) from service_transfer_items m
    where m.service_id = s.id and m.charged_through > ${since}) as repriced`

export const paidIn = ({ paid_until: untilOn, repriced }: PaidColumns): PaidByAnother | null =>
  untilOn === null ? null : { untilOn, isRepriced: Number(repriced) === 1 }

/** Refuses what would give such time back as money, or count it at a price that nobody has paid. */
export function refusePaidByAnother(
  service: Pick<ServiceRow, 'id'>,
  paid: PaidByAnother | null,
  totalMinor: bigint,
): void {
  if (!paid || (totalMinor >= 0n && !paid.isRepriced)) return
  throw ChangeNotPossible({
    id: service.id,
    reason: `its time until ${paid.untilOn} was paid by the client who handed it over, and is not given back. Choose this from that day on.`,
  })
}
