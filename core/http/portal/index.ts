import type { Router } from '@koa/router'
import type { State } from '../context.ts'
import { liveStream } from '../live/live-stream.ts'
import { invoiceRoutes } from './invoices/index.ts'

export { portalFrame } from './portal-frame.ts'

/** Routes of the client area, reached by a signed-in user who acts for one client. Each file adds its own. */
export function portalRoutes(router: Router<State>): void {
  router.get('/portal/live', liveStream)
  invoiceRoutes(router)
}
