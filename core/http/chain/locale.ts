import type { Ctx, Step } from '../context.ts'
import { readCookie } from './session.ts'

/** What a visitor chose at /preferences. Signed-in users keep language and theme in their account. */
export interface Choices {
  locale?: string
  currency?: string
  theme?: 'light' | 'dark' | 'system'
}

/** The account's language, else the one chosen here, else the first of the browser's that we have, else the brand's. */
export const locale: Step = (ctx, next) => {
  const { state } = ctx
  const chosen = readChoices(ctx)
  const known = state.deps.messages.locales
  const fits = (wanted: string | undefined) =>
    wanted !== undefined && known.includes(wanted.split('-')[0]!) ? wanted : undefined
  const ofBrowser = () => ctx.acceptsLanguages().find((language) => language !== '*' && fits(language))
  state.locale = fits(state.signedIn?.user.locale) ?? fits(chosen.locale) ?? ofBrowser() ?? state.locale
  state.t = state.deps.messages.translator(state.locale)
  state.theme = themeOf(state.signedIn?.user.theme) ?? chosen.theme ?? 'system'
  if (chosen.currency && state.brand?.currencies.includes(chosen.currency)) state.currency = chosen.currency
  return next()
}

export function readChoices(ctx: Ctx): Choices {
  const text = readCookie(ctx, 'choices')
  if (text === undefined) return {}
  const fields = new URLSearchParams(text)
  const [wanted, currency, theme] = ['locale', 'currency', 'theme'].map(
    (name) => fields.get(name) ?? undefined,
  )
  const known = themeOf(theme)
  return {
    ...(wanted && /^[a-z]{2,3}(-[A-Za-z]{2,4})?$/.test(wanted) ? { locale: wanted } : {}),
    ...(currency && /^[A-Z]{3}$/.test(currency) ? { currency } : {}),
    ...(known ? { theme: known } : {}),
  }
}

const themeOf = (text: string | undefined): Choices['theme'] =>
  text === 'light' || text === 'dark' || text === 'system' ? text : undefined
