import { Router } from '@koa/router'
import type { Middleware } from 'koa'
import { adminFrame, adminRoutes } from './admin/index.ts'
import { accessLog } from './chain/access-log.ts'
import { answerTogether } from './chain/answer-together.ts'
import type { ReadArrival } from './chain/arrival.ts'
import { brandDirectory, brandOfHost } from './chain/brand-of-host.ts'
import { compression } from './chain/compression.ts'
import { csrf } from './chain/csrf.ts'
import { dispatch } from './chain/dispatch.ts'
import { errorExit } from './chain/error-exit.ts'
import { locale } from './chain/locale.ts'
import { onceOnly } from './chain/once-only.ts'
import { formBody } from './chain/read-body.ts'
import { otherAddresses } from './chain/other-addresses.ts'
import { plainAddress } from './chain/plain-address.ts'
import { requestId } from './chain/request-id.ts'
import { securityHeaders } from './chain/security-headers.ts'
import { session } from './chain/session.ts'
import { writePage } from './chain/write-page.ts'
import type { AreaFrames, State } from './context.ts'
import type { HttpDeps } from './deps.ts'
import { developerRoutes } from './developers/api-reference.ts'
import { gettingInRoutes } from './getting-in/index.ts'
import { clientsOnly, staffOnly } from './page/index.ts'
import { insidePlaceRoutes, openPlaceRoutes } from './plugin-places/own-pages.ts'
import { portalFrame, portalRoutes } from './portal/index.ts'
import { switchRoutes } from './portal/switch-client.ts'
import { storefrontFrame, storefrontRoutes } from './storefront/index.ts'
import { embedFrames } from './system/embed-frames.ts'
import { machineRoutes } from './system/machine-routes.ts'
import { sampleDeskRoutes, sampleRoutes } from './system/sample.ts'
import { setUpRoutes } from './system/set-up.ts'

const frames: AreaFrames = { storefront: storefrontFrame, portal: portalFrame, admin: adminFrame }

/** What every request for a page passes, in this order. The API and webhooks have chains of their own. */
export function pageChain(deps: HttpDeps, arrival: ReadArrival): Middleware<State>[] {
  return [
    writePage,
    answerTogether,
    requestId(deps, frames, arrival),
    accessLog,
    compression,
    errorExit,
    securityHeaders,
    plainAddress,
    machineRoutes,
    embedFrames,
    formBody,
    brandOfHost(brandDirectory(deps)),
    session,
    locale,
    csrf,
    onceOnly,
    dispatch(openRouter()),
    guard,
    otherAddresses,
    dispatch(insideRouter()),
  ]
}

export interface PageRoute {
  method: 'GET' | 'POST'
  path: string
}

/** Every route of the pages, from the routers themselves: whoever goes through them all misses none. */
export function pageRoutes(): PageRoute[] {
  return [openRouter(), insideRouter()].flatMap(({ stack }) =>
    stack.flatMap(({ methods, path }) =>
      methods.filter((method) => method !== 'HEAD').map((method) => ({ method, path }) as PageRoute),
    ),
  )
}

/** Pages that anybody may open. Set-up and sign-in of staff lie below /admin, before its guard. */
function openRouter(): Router<State> {
  const router = new Router<State>()
  setUpRoutes(router)
  gettingInRoutes(router)
  developerRoutes(router)
  storefrontRoutes(router)
  switchRoutes(router)
  openPlaceRoutes(router)
  sampleRoutes(router)
  return router
}

/** Beyond this point /portal and /admin, existing pages or not, are for those who are signed in there. */
const guard: Middleware<State> = (ctx, next) => {
  const { area } = ctx.state
  return area === 'admin' ? staffOnly(ctx, next) : area === 'portal' ? clientsOnly(ctx, next) : next()
}

function insideRouter(): Router<State> {
  const router = new Router<State>()
  portalRoutes(router)
  adminRoutes(router)
  sampleDeskRoutes(router)
  insidePlaceRoutes(router)
  return router
}
