import { sql, type Queries } from '../../../db/index.ts'
import type { Block } from '../blocks.ts'
import type { Desk } from '../desk.ts'

export interface SuspectedOrder {
  id: string
  number: string
}

/** Orders of a client that are marked as fraud, newest first. */
export const suspectedOrders = (queries: Queries, clientId: string): Promise<SuspectedOrder[]> =>
  queries.all<SuspectedOrder>(
    sql`select id, number from orders where client_id = ${clientId} and status = 'fraud' order by id desc limit 10`,
  )

/** Whoever looks at the client, or at another order of it, is told. */
export function fraudNotice({ t }: Desk, orders: readonly SuspectedOrder[]): Block[] {
  if (orders.length === 0) return []
  const numbers = orders.map(({ number }) => number).join(', ')
  return [
    {
      ...({ kind: 'notice', id: 'client-fraud', tone: 'bad' } as const),
      ...{ title: t('admin.orders.fraud_of'), text: t('admin.orders.fraud_of_text', { numbers }) },
    },
  ]
}
