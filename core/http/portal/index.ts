import type { Router } from '@koa/router'
import type { AreaFrame, State } from '../context.ts'
import { liveStream } from '../live/live-stream.ts'

/** Routes of the client area, reached by a signed-in user who acts for one client. Each file adds its own. */
export function portalRoutes(router: Router<State>): void {
  router.get('/portal/live', liveStream)
}

/** What every page of the client area has besides the common frame. */
export const portalFrame: AreaFrame = () => Promise.resolve({})
