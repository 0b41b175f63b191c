import type { Router } from '@koa/router'
import type { State } from '../context.ts'
import { liveStream } from '../live/live-stream.ts'
import { billing } from './billing.ts'
import { clients } from './clients.ts'
import { deliveries } from './deliveries.ts'
import { invoices } from './invoices.ts'
import { orders } from './orders.ts'
import { mount, type Section } from './pages.ts'
import { payments } from './payments.ts'
import { services } from './services.ts'

export { adminFrame } from './frame.ts'
export type * from './ports.ts'

const sections: readonly Section[] = [clients, orders, services, deliveries, invoices, payments, billing]

/** Routes of staff. Each page and act checks its permission before anything is read; verbs check it again. */
export function adminRoutes(router: Router<State>): void {
  router.get('/admin/live', liveStream)
  for (const section of sections) mount(router, section)
}
