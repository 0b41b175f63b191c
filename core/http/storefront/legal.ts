import type { Router } from '@koa/router'
import { NotFound } from '../../kernel/index.ts'
import { currentTerms, termsOf, type Terms } from '../../orders/index.ts'
import type { Ctx, RouteCtx, State } from '../context.ts'
import { page, requireBrand } from '../page/index.ts'

/** SF-10: the terms that every order names with their version. */
export function legalRoutes(router: Router<State>): void {
  router.get('/legal/terms', showTerms)
  router.get('/legal/terms/:version', showTerms)
}

export const termsOfShop = (ctx: Ctx): Promise<Terms> => currentTerms(ctx.state.deps.db, requireBrand(ctx).id)

async function showTerms(ctx: RouteCtx): Promise<void> {
  const { deps, t } = ctx.state
  const current = await termsOfShop(ctx)
  const { version: asked = current.version } = ctx.params
  const terms = asked === current.version ? current : await termsOf(deps.db, requireBrand(ctx).id, asked)
  if (!terms) throw NotFound({ what: 'version of the terms', id: asked })
  const { version, text } = terms
  const title = t('storefront.legal.terms')
  const blocks =
    text.trim() === '' ? [{ heading: false, text: t('storefront.legal.unwritten') }] : blocksOf(text)
  const view = {
    ...{ title, version: t('storefront.legal.version', { version }), blocks },
    replaced: version === current.version ? null : t('storefront.legal.replaced'),
  }
  await page(ctx, 'storefront/terms', view, { title })
}

interface Block {
  heading: boolean
  text: string
}

function blocksOf(text: string): Block[] {
  return text
    .split(/\n\s*\n|\n(?=# )|(?<=^# [^\n]*)\n/m)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) =>
      part.startsWith('# ') ? { heading: true, text: part.slice(2) } : { heading: false, text: part },
    )
}
