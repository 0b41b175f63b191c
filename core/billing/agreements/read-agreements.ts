import type { Agreements } from '../../../sdk/index.ts'
import { systemActor } from '../../kernel/index.ts'
import type { Payments } from '../payments/gateway.ts'
import { eachPage } from '../payouts/each-page.ts'
import { keepAgreement } from './agreement.ts'

const actor = systemActor('gateway_money')

interface Asked {
  instanceId: string
  brandId: string
  from: string
}

/** Finds what the gateway charges by itself, and what of it has ended. */
export function readAgreements(payments: Payments, { instanceId, brandId, from }: Asked): Promise<void> {
  const ask = { instanceId, operation: 'list_agreements', input: { from } }
  return eachPage<Agreements>(payments, ask, ({ agreements }) =>
    payments.db.transaction(async (trx) => {
      for (const told of agreements) await keepAgreement(payments, trx, { instanceId, brandId, told }, actor)
    }),
  )
}
