import type { Router } from '@koa/router'
import { getFile } from '../../files/index.ts'
import { NotFound, NotSignedIn } from '../../kernel/index.ts'
import {
  acceptQuote,
  declineQuote,
  getQuote,
  getQuoteByKey,
  keepQuote,
  quoteFileName,
  sentVersion,
  type Quote,
} from '../../orders/index.ts'
import { url } from '../../render/index.ts'
import type { RouteCtx, State } from '../context.ts'
import {
  field,
  flash,
  formKeys,
  page,
  requireBrand,
  seeOther,
  tryForm,
  type FormProblem,
} from '../page/index.ts'
import { termsOfShop } from './legal.ts'
import { requireTerms } from './place.ts'
import { quoteView } from './quote-view.ts'

/** A quote for whoever holds its link, or is signed in as its client. */
export function quoteRoutes(router: Router<State>): void {
  router.get('/quotes/:quote.pdf', sendPdf)
  router.get('/quotes/:quote', showQuote)
  router.post('/quotes/:quote/accept', takeAccept)
  router.post('/quotes/:quote/decline', takeDecline)
}

const keyOf = (ctx: RouteCtx): string | null => (typeof ctx.query.key === 'string' ? ctx.query.key : null)

/** By the key of the address, else by the rights of whoever is signed in. */
async function readQuote(ctx: RouteCtx): Promise<Quote> {
  const { deps, actor, client } = ctx.state
  const quoteId = ctx.params.quote!
  const key = keyOf(ctx)
  if (key !== null) return getQuoteByKey(deps.db, { brandId: requireBrand(ctx).id, quoteId, key })
  if (!client) throw NotSignedIn({})
  return getQuote(deps.db, actor, quoteId)
}

async function showQuote(ctx: RouteCtx): Promise<void> {
  await drawQuote(ctx)
}

async function drawQuote(ctx: RouteCtx, problem?: FormProblem): Promise<void> {
  const quote = await readQuote(ctx)
  const version = sentVersion(quote)
  if (!version) throw NotFound({ what: 'quote', id: quote.id })
  const terms = await termsOfShop(ctx)
  const view = quoteView(ctx, { quote, version, key: keyOf(ctx), terms, problem })
  const title = ctx.state.t('offers.quote.one', { number: quote.number ?? '' })
  await page(ctx, 'storefront/quote', { ...view, keys: formKeys() }, { title })
}

const hrefOf = (ctx: RouteCtx): string => url(`/quotes/${ctx.params.quote!}`, { key: keyOf(ctx) })

/** What both answers name: the quote, the key and the version that was shown. */
function answering(ctx: RouteCtx) {
  const key = keyOf(ctx)
  return {
    ...{ brand_id: requireBrand(ctx).id, quote_id: ctx.params.quote!, ...(key === null ? {} : { key }) },
    version_number: Number(field(ctx, 'version_number')) || 0,
  }
}

async function takeAccept(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  await tryForm(ctx, {
    shown: [409, 422],
    labels: { terms: t('storefront.checkout.terms') },
    redraw: (problem) => drawQuote(ctx, problem),
    async act() {
      const { version } = await termsOfShop(ctx)
      requireTerms(ctx, version)
      const agent = ctx.get('User-Agent').slice(0, 500)
      const input = { ...answering(ctx), name: field(ctx, 'name'), terms: { version, accepted: true }, agent }
      const answer = await acceptQuote(deps.orders, input, actor)
      flash(ctx, { tone: 'good', text: t('offers.quote.thanks') })
      const order = url(`/orders/${answer.order_id}`, { key: answer.access_key })
      seeOther(ctx, answer.access_key === null ? hrefOf(ctx) : order)
    },
  })
}

async function takeDecline(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  await tryForm(ctx, {
    shown: [409, 422],
    redraw: (problem) => drawQuote(ctx, problem),
    async act() {
      await declineQuote(deps.orders, { ...answering(ctx), reason: field(ctx, 'reason') }, actor)
      flash(ctx, { tone: 'info', text: t('offers.quote.declined_thanks') })
      seeOther(ctx, hrefOf(ctx))
    },
  })
}

async function sendPdf(ctx: RouteCtx): Promise<void> {
  const { deps } = ctx.state
  const quote = await readQuote(ctx)
  const version = sentVersion(quote)
  if (!version) throw NotFound({ what: 'quote', id: quote.id })
  const translator = (locale: string) => deps.messages.translator(locale)
  const file = await getFile(deps.db, await keepQuote({ ...deps, translator }, quote, version))
  if (!file) throw NotFound({ what: 'file', id: quote.id })
  ctx.type = file.media_type
  ctx.attachment(quoteFileName(quote, version), { type: 'inline' })
  ctx.body = await deps.files.read(file.sha256)
}
