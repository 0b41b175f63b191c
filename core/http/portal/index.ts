import type { Router } from '@koa/router'
import type { State } from '../context.ts'
import { liveStream } from '../live/live-stream.ts'
import { messageRoutes } from './account/messages.ts'
import { peopleRoutes } from './account/people.ts'
import { profileRoutes } from './account/profile.ts'
import { securityRoutes } from './account/security.ts'
import { homeRoutes } from './home.ts'
import { invoiceRoutes } from './invoices/index.ts'
import { creditRoutes } from './money/credit.ts'
import { giftCardRoutes } from './money/gift-card.ts'
import { methodRoutes } from './money/methods.ts'
import { payManyRoutes } from './money/pay-many.ts'
import { statementRoutes } from './money/statement.ts'
import { transactionRoutes } from './money/transactions.ts'
import { offeredRoutes } from './offered.ts'
import { orderRoutes } from './orders.ts'
import { quoteListRoutes } from './quotes.ts'
import { serviceRoutes } from './services/index.ts'

export { portalFrame } from './portal-frame.ts'

/** Routes of the client area, reached by a signed-in user who acts for one client. Each file adds its own. */
export function portalRoutes(router: Router<State>): void {
  router.get('/portal/live', liveStream)
  homeRoutes(router)
  invoiceRoutes(router)
  serviceRoutes(router)
  offeredRoutes(router)
  orderRoutes(router)
  quoteListRoutes(router)
  methodRoutes(router)
  creditRoutes(router)
  giftCardRoutes(router)
  payManyRoutes(router)
  statementRoutes(router)
  transactionRoutes(router)
  profileRoutes(router)
  peopleRoutes(router)
  securityRoutes(router)
  messageRoutes(router)
}
