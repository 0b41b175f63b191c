import type { Router } from '@koa/router'
import type { AreaFrame, State } from '../context.ts'
import { liveStream } from '../live/live-stream.ts'

/** Routes of staff, reached by signed-in staff; what they may do is checked by the verbs. Each file adds its own. */
export function adminRoutes(router: Router<State>): void {
  router.get('/admin/live', liveStream)
}

/** What every page of staff has besides the common frame. */
export const adminFrame: AreaFrame = () => Promise.resolve({})
