import type { Router } from '@koa/router'
import { changeProfile } from '../../identity/index.ts'
import type { RouteCtx, State } from '../context.ts'
import { readChoices, type Choices } from '../chain/locale.ts'
import { writeCookie } from '../chain/session.ts'
import { field, safePath, seeOther } from '../page/index.ts'
import { showCartIn } from './visitor-cart.ts'

/** SF-18: language, currency, theme; comes back to where one was. Staff have a twin of their own for their session. */
export function preferenceRoutes(router: Router<State>): void {
  router.post('/preferences', keepPreferences)
  router.post('/admin/preferences', keepPreferences)
}

async function keepPreferences(ctx: RouteCtx): Promise<void> {
  const { deps, signedIn, actor } = ctx.state
  const wanted = wantedOf(ctx)
  const { currency: _shopOnly, ...profile } = wanted
  if (signedIn && Object.keys(profile).length > 0) await changeProfile(deps, profile, actor)
  if (wanted.currency) await showCartIn(ctx, wanted.currency)
  const kept = { ...readChoices(ctx), ...wanted }
  writeCookie(ctx, 'choices', new URLSearchParams(Object.entries(kept)).toString(), 365)
  seeOther(ctx, safePath(field(ctx, 'back'), '/'))
}

/** What is not offered is ignored. */
function wantedOf(ctx: RouteCtx): Choices {
  const { deps, brand } = ctx.state
  const [locale, currency, theme] = [field(ctx, 'locale'), field(ctx, 'currency'), field(ctx, 'theme')]
  return {
    ...(deps.messages.locales.includes(locale) ? { locale } : {}),
    ...(brand?.currencies.includes(currency) ? { currency } : {}),
    ...(theme === 'light' || theme === 'dark' || theme === 'system' ? { theme } : {}),
  }
}
