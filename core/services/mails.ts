import { sql, type Trx } from '../db/index.ts'
import { serviceTitle } from '../catalog/index.ts'
import { covers } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import type { Json } from '../jobs/index.ts'
import type { ServiceRow } from './rows.ts'

export interface ServiceMail {
  template:
    | 'service-ready'
    | 'service-suspended'
    | 'service-released'
    | 'service-terminated'
    | 'cancellation-received'
    | 'cancellation-undone'
    | 'delivery-late'
    | 'trial-converts'
    | 'price-change'
    | 'service-term-ends'
    | 'service-passed-on'
    | 'service-received'
    | 'service-declined'
  /** Path of the page that the mail leads to. */
  link: string
  /** With template and service it makes the mail go out once. */
  occasion: string
  data?: { [key: string]: Json }
}

/** Enters the mail to the client in the transaction of what it tells. It never carries a password. */
export async function mailClient(
  means: Pick<Means, 'jobs'>,
  trx: Trx,
  service: ServiceRow,
  mail: ServiceMail,
): Promise<void> {
  const client = await trx.get<{ email: string; name: string; locale: string; product: string }>(sql`
    select c.email, c.name, c.locale, p.name as product from clients c, products p
    where c.id = ${service.client_id} and p.id = ${service.product_id}`)
  if (!client) return
  const label = serviceTitle(client.product, service.label)
  const payload = {
    template: mail.template,
    to: client.email,
    client_id: service.client_id,
    brand_id: service.brand_id,
    locale: client.locale,
    data: { service_id: service.id, label, name: client.name, link: mail.link, ...mail.data },
    key: `${mail.template}:${service.id}:${mail.occasion}`,
  }
  await means.jobs.enqueue(trx, [{ task: 'mail.send', payload }])
}

/** Tells every active staff member whose role may retry deliveries. */
export async function mailStaff(
  means: Pick<Means, 'jobs'>,
  trx: Trx,
  service: ServiceRow,
  mail: {
    template: 'delivery-failed' | 'delivery-by-hand' | 'act-failed'
    occasion: string
    data: { [key: string]: Json }
  },
): Promise<void> {
  const staff = await trx.all<{
    id: string
    email: string
    locale: string
    permissions: string
    product: string
  }>(sql`
    select t.id, u.email, u.locale, r.permissions, p.name as product from products p, staff t
    join users u on u.id = t.user_id join roles r on r.id = t.role_id
    where t.status = 'active' and p.id = ${service.product_id} order by t.id`)
  const able = staff.filter((row) => covers(JSON.parse(row.permissions) as string[], 'delivery.retry'))
  const jobs = able.map((row) => ({
    task: 'mail.send',
    payload: {
      template: mail.template,
      to: row.email,
      client_id: null,
      brand_id: service.brand_id,
      locale: row.locale,
      data: { service_id: service.id, label: serviceTitle(row.product, service.label), ...mail.data },
      key: `${mail.template}:${mail.occasion}:${row.id}`,
    },
  }))
  if (jobs.length > 0) await means.jobs.enqueue(trx, jobs)
}

export const servicePath = (service: { id: string }): string => `/portal/services/${service.id}`
