import type { Router } from '@koa/router'
import type { RouteCtx, State } from '../context.ts'
import {
  field,
  formKeys,
  fragmentOrSeeOther,
  isPartial,
  page,
  targetId,
  type FormProblem,
} from '../page/index.ts'
import { configure, findProduct, type Configured } from './configure.ts'
import { choiceFields, questionFields } from './product-fields.ts'
import { productHref } from './plan-cards.ts'
import { summaryView } from './product-summary.ts'
import { fieldsOf } from './selection.ts'
import { findGroup, groupHref, shopGroups } from './shop-groups.ts'

/** SF-03. */
export function productRoutes(router: Router<State>): void {
  router.get('/products/:product', showProduct)
}

async function showProduct(ctx: RouteCtx): Promise<void> {
  const product = await findProduct(ctx, ctx.params.product!)
  const configured = await configure(ctx, product)
  if (isPartial(ctx) && targetId(ctx) === 'summary') return answerSummary(ctx, configured)
  await drawProduct(ctx, configured)
}

/** The live price: the summary, and the sum at the foot of a phone. */
function answerSummary(ctx: RouteCtx, configured: Configured): void {
  const view = summaryView(ctx, configured)
  fragmentOrSeeOther(ctx, {
    href: ctx.url,
    part: ['storefront/_summary', view],
    others: [{ template: 'storefront/_sum-bar', view, target: '#sum-bar' }],
  })
}

/** The page; after a refused form with its problem. A first look at a product shows no errors. */
export async function drawProduct(
  ctx: RouteCtx,
  configured: Configured,
  problem?: FormProblem,
): Promise<void> {
  const { product, touched } = configured
  const path = productHref(product)
  const optionErrors = Object.fromEntries(
    Object.entries(configured.errors).filter(([name]) => touched && !name.startsWith('f.')),
  )
  const choices = {
    ...choiceFields(ctx, { ...configured, errors: problem ? configured.errors : optionErrors }),
    href: path,
  }
  const item = field(ctx, 'item') || fieldsOf(ctx).item || ''
  const view = {
    ...(await productHead(ctx, configured)),
    ...{ path, item, choices, keys: formKeys(), errors: problem?.errors ?? [] },
    takesFiles: product.fields.some(({ kind, retiredAt }) => kind === 'file' && !retiredAt),
    questions: questionFields(ctx, configured, problem ? configured.errors : {}),
    quantity: { value: String(configured.wish.quantity ?? 1), error: problem?.fieldErrors.qty ?? null },
    coupon: { value: configured.coupon.code, error: problem?.fieldErrors.coupon ?? null },
    summary: { ...summaryView(ctx, configured), href: path },
    action: item ? `/cart/items/${encodeURIComponent(item)}` : '/cart/items',
  }
  const parts = { choices: ['storefront/_choices', choices] as const }
  await page(ctx, 'storefront/product', view, {
    ...{ title: product.name, parts },
    slots: [{ slot: 'storefront.product.after', record: product.id }],
  })
}

async function productHead(ctx: RouteCtx, { product }: Configured) {
  const { t } = ctx.state
  const place = findGroup(await shopGroups(ctx), ({ id }) => id === product.groupId)
  const path = place ? [...place.path, place.group] : []
  return {
    ...{ slug: product.slug, name: product.name, text: product.summary, features: product.features },
    paragraphs: (product.description ?? '').split(/\n\s*\n/).filter((text) => text.trim() !== ''),
    crumbs: [
      { label: t('storefront.shop.title'), href: '/shop' },
      ...path.map((group) => ({ label: group.name, href: groupHref(group) })),
    ],
  }
}
