import type { Router } from '@koa/router'
import type { State } from '../context.ts'
import { confirmRoutes } from './confirm.ts'
import { invitationRoutes } from './invitation.ts'
import { resetRoutes } from './reset.ts'
import { signInRoutes } from './sign-in.ts'
import { signOutRoutes } from './sign-out.ts'
import { signUpRoutes } from './sign-up.ts'
import { verifyRoutes } from './verify-email.ts'

/** Pages by which people get in and out. Staff have their own copies below /admin, in their own realm. */
export function gettingInRoutes(router: Router<State>): void {
  signInRoutes(router)
  signUpRoutes(router)
  verifyRoutes(router)
  invitationRoutes(router)
  resetRoutes(router)
  confirmRoutes(router)
  signOutRoutes(router)
}
