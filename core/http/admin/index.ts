import { Router } from '@koa/router'
import type { AreaFrame, State } from '../context.ts'
import { liveStream } from '../live/live-stream.ts'
import { staffOnly } from '../page/index.ts'

/** Routes of staff. Those after `staffOnly` are reached by signed-in staff; rights are checked by the verbs. */
export function adminRoutes(router: Router<State>): void {
  const inside = new Router<State>({ prefix: '/admin' })
  inside.use(staffOnly)
  inside.get('/live', liveStream)
  router.use(inside.routes())
}

/** What every page of staff has besides the common frame. */
export const adminFrame: AreaFrame = () => Promise.resolve({})
