import { Router } from '@koa/router'
import type { AreaFrame, State } from '../context.ts'
import { liveStream } from '../live/live-stream.ts'
import { clientsOnly } from '../page/index.ts'
import { switchRoutes } from './switch-client.ts'

/** Routes of the client area. Those after `clientsOnly` are reached by a user who acts for one client. */
export function portalRoutes(router: Router<State>): void {
  switchRoutes(router)
  const inside = new Router<State>({ prefix: '/portal' })
  inside.use(clientsOnly)
  inside.get('/live', liveStream)
  router.use(inside.routes())
}

/** What every page of the client area has besides the common frame. */
export const portalFrame: AreaFrame = () => Promise.resolve({})
