import { sql, type Queries } from '../../../db/index.ts'
import type { Order } from '../../../orders/index.ts'
import type { Block } from '../blocks.ts'
import type { Desk } from '../desk.ts'

export interface PassedOn {
  id: string
  label: string
  client: string
}

/** What an order brought that another client has taken over since: what becomes of the order does not touch it. */
export const passedOnOf = (queries: Queries, { id, client_id }: Order): Promise<PassedOn[]> =>
  queries.all<PassedOn>(sql`
    select s.id, s.label, coalesce(c.company, c.name) as client from order_items i join services s on s.id = i.service_id
      join clients c on c.id = s.client_id
    where i.order_id = ${id} and s.client_id <> ${client_id} order by i.position`)

export const passedOnTexts = ({ t }: Desk, services: readonly PassedOn[]): string[] =>
  services.map(({ label: service, client }) => t('admin.orders.passed_on', { service, client }))

export function passedOnNotice(desk: Desk, order: Order, services: readonly PassedOn[]): Block[] {
  if (services.length === 0) return []
  return [
    {
      ...({ kind: 'notice', id: `order-${order.id}-passed-on`, tone: 'info' } as const),
      ...{ title: desk.t('admin.orders.passed_on_title'), text: passedOnTexts(desk, services).join(' ') },
    },
  ]
}
