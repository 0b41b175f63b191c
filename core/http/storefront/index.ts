import type { Router } from '@koa/router'
import type { AreaFrame, State } from '../context.ts'
import { preferenceRoutes } from './preferences.ts'

/** Routes of the shop front. Each file of this folder adds its own. */
export function storefrontRoutes(router: Router<State>): void {
  preferenceRoutes(router)
}

/** What every page of the shop front has besides the common frame. */
export const storefrontFrame: AreaFrame = () => Promise.resolve({})
