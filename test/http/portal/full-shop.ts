import { createServices } from '../../../core/services/index.ts'
import { cycle, isoDate, systemActor } from '../../../core/kernel/index.ts'
import { sql } from '../../../core/db/index.ts'
import { accessPlace } from '../../../core/services/finish-delivery.ts'
import { makeProduct } from '../../billing/make-services.ts'
import { makeGateway } from '../../billing/support.ts'
import type { TestMeans } from '../../support/means.ts'
import { makePortal } from './shop.ts'

const system = systemActor('test')

/** The portal with a live service of 5.99 a month that was paid until 1 February, its access, and a gateway. */
export async function makeFullPortal(means: TestMeans) {
  const portal = await makePortal(means)
  const product = await makeProduct(means, portal.brand)
  const gateway = await makeGateway(means)
  const [serviceId] = await means.db.transaction((trx) =>
    createServices(
      means,
      trx,
      [
        {
          ...{
            brandId: portal.brand.id,
            clientId: portal.client.id,
            orderItemId: null,
            productId: product.id,
          },
          ...{ label: 'quay.example', currency: 'EUR', cycle: cycle('1m'), quantity: 1, priceId: 'prc_1' },
          ...{ amountMinor: 599n, recurringMinor: 599n, taxClass: 'standard', zone: 'Europe/Berlin' },
          ...{ anchorOn: isoDate('2026-01-01'), chargedThrough: isoDate('2026-02-01') },
          ...{ nextPeriodOn: isoDate('2026-02-01'), periodIndex: 1, deliveryOn: 'payment' as const },
          ...{ instanceId: null, serverGroupId: null, moduleSettings: {}, options: [], fields: [] },
        },
      ],
      system,
    ),
  )
  await means.db.run(
    sql`update services set billing_status = 'active', delivery_status = 'live' where id = ${serviceId!}`,
  )
  const sealed = means.keys.seal('hidden-harbour', accessPlace(serviceId!, 1))
  const at = means.business.now()
  await means.db.insert('service_access', [
    {
      service_id: serviceId!,
      position: 0,
      label: 'Address',
      kind: 'text',
      value: '192.0.2.7',
      sealed: null,
      updated_at: at,
    },
    {
      service_id: serviceId!,
      position: 1,
      label: 'Password',
      kind: 'secret',
      value: null,
      sealed,
      updated_at: at,
    },
  ])
  return { ...portal, product, gateway, serviceId: serviceId! }
}
