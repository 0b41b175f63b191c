import type { Router } from '@koa/router'
import type { State } from '../context.ts'
import { bundleRoutes } from './bundles.ts'
import { cartRoutes } from './cart.ts'
import { checkoutRoutes } from './checkout.ts'
import { groupRoutes } from './group.ts'
import { homeRoutes } from './home.ts'
import { leftCartRoutes } from './left-cart.ts'
import { legalRoutes } from './legal.ts'
import { orderRoutes } from './order.ts'
import { payLinkRoutes } from './pay-link.ts'
import { preferenceRoutes } from './preferences.ts'
import { quoteRoutes } from './quote.ts'
import { productRoutes } from './product.ts'

export { storefrontFrame } from './frame.ts'
export { joinVisitorCart } from './visitor-cart.ts'

/** Routes of the shop front. Each file of this folder adds its own. */
export function storefrontRoutes(router: Router<State>): void {
  homeRoutes(router)
  groupRoutes(router)
  productRoutes(router)
  bundleRoutes(router)
  cartRoutes(router)
  leftCartRoutes(router)
  checkoutRoutes(router)
  orderRoutes(router)
  quoteRoutes(router)
  legalRoutes(router)
  payLinkRoutes(router)
  preferenceRoutes(router)
}
