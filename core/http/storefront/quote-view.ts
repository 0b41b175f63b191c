import { money } from '../../../sdk/index.ts'
import { cashRounding } from '../../billing/index.ts'
import { formatRate } from '../../i18n/index.ts'
import { cycle } from '../../kernel/index.ts'
import type { Quote, QuoteVersion } from '../../orders/index.ts'
import { url } from '../../render/index.ts'
import type { Ctx } from '../context.ts'
import type { FormProblem } from '../page/index.ts'
import { cycleName } from './price-text.ts'

export interface QuoteFacts {
  quote: Quote
  version: QuoteVersion
  key: string | null
  terms: { version: string }
  problem: FormProblem | undefined
}

/** The quote as its page shows it, and the forms of its answers while it waits for one. */
export function quoteView(ctx: Ctx, { quote, version, key, terms, problem }: QuoteFacts) {
  const { t, locale, deps } = ctx.state
  const amount = (minor: bigint | string) => money(BigInt(minor), quote.currency)
  const at = (act: string) => url(`/quotes/${quote.id}${act}`, { key })
  const isOver = version.expires_on < deps.business.today(ctx.state.zone)
  const state =
    quote.status === 'draft' ? 'revised' : quote.status === 'sent' && isOver ? 'expired' : quote.status
  const typed = (name: string) => {
    const value = problem?.values[name]
    return typeof value === 'string' ? value : ''
  }
  return {
    ...{ number: quote.number, title: version.content.title, intro: version.content.intro ?? null, state },
    stateLabel: t(`offers.quote.status.${state}`),
    ...{ expiresOn: version.expires_on, sentOn: version.sent_on, versionNumber: version.number },
    lines: version.lines.map((line) => ({
      ...{ description: line.description, quantity: line.quantity },
      note: line.cycle === null || line.kind === 'discount' ? null : cycleName(ctx, cycle(line.cycle)),
      ...{ unit: amount(line.unitMinor), amount: amount(line.amountMinor) },
    })),
    sums: [
      { label: t('portal.invoice.subtotal'), amount: amount(version.subtotal_minor) },
      ...version.taxes
        .filter(({ taxMinor }) => taxMinor !== '0')
        .map((tax) => ({
          label: t('storefront.checkout.tax', { name: tax.tax_name, rate: formatRate(tax.rate_ppm, locale) }),
          amount: amount(tax.taxMinor),
        })),
      ...(cashRounding(version) === 0n
        ? []
        : [{ label: t('portal.invoice.rounding'), amount: amount(cashRounding(version)) }]),
    ],
    total: amount(version.total_minor),
    canAnswer: state === 'sent',
    ...{ acceptHref: at('/accept'), declineHref: at('/decline'), pdfHref: at('.pdf') },
    orderHref: quote.order_id && ctx.state.client ? `/portal/orders/${quote.order_id}` : null,
    terms: terms.version,
    ...{ name: typed('name'), reason: typed('reason') },
    ...{ errors: problem?.errors ?? [], fieldErrors: problem?.fieldErrors ?? {} },
  }
}
