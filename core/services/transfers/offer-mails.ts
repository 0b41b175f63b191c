import { serviceTitle } from '../../catalog/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import type { Means } from '../../records/index.ts'
import type { ServiceRow } from '../rows.ts'
import type { TransferRow } from './transfer-row.ts'

interface Sender {
  name: string
  locale: string
  product: string
}

/** Whoever is offered a service reads who offers what, and until when; nothing of how it is used or paid. */
export async function mailOffer(
  means: Pick<Means, 'jobs'>,
  trx: Trx,
  { id, to_email, expires_at, brand_id }: TransferRow,
  service: ServiceRow,
): Promise<void> {
  const giver = await trx.get<Sender>(sql`
    select coalesce(c.company, c.name) as name, c.locale, p.name as product from clients c, products p
    where c.id = ${service.client_id} and p.id = ${service.product_id}`)
  const { name, locale, product } = giver!
  const payload = {
    template: 'service-offered',
    to: to_email!,
    client_id: null,
    ...{ brand_id, locale },
    data: { label: serviceTitle(product, service.label), giver: name, expires_at, link: offerPath(id) },
    key: `service-offered:${id}`,
  }
  await means.jobs.enqueue(trx, [{ task: 'mail.send', payload }])
}

export const offerPath = (transferId: string): string => `/portal/offered/${transferId}`
