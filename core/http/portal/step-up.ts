import { requireConfirmed } from '../../identity/index.ts'
import type { RouteCtx } from '../context.ts'

/**
 * Secrets are shown, and rights given, to whoever gave the password in the last minutes; others are led to give it, and
 * back.
 */
export const confirmedOrAsk = (ctx: RouteCtx): void => requireConfirmed(ctx.state.deps, ctx.state.actor)
