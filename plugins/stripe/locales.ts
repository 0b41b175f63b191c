import type Stripe from 'stripe'

type Locale = Stripe.Checkout.SessionCreateParams.Locale

/** Languages of the hosted page. Any other value is refused, so it is left to the browser. */
const LOCALES = (
  'bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ro ru ' +
  'sk sl sv th tr vi zh zh-HK zh-TW'
).split(' ')

/** The hosted page's language for a client's: "de-AT" is served with "de". */
export function pageLocale(locale: string): Locale {
  const language = locale.split('-')[0] ?? ''
  return [locale, language].find((one) => LOCALES.includes(one)) ?? 'auto'
}
