import type { Router } from '@koa/router'
import { Type } from '../../../sdk/index.ts'
import { NotFound } from '../../kernel/index.ts'
import { defineSetting, readSetting } from '../../records/index.ts'
import type { Ctx, RouteCtx, State } from '../context.ts'
import { page, requireBrand } from '../page/index.ts'

/** SF-10: the terms that every order names with their version. */
export function legalRoutes(router: Router<State>): void {
  router.get('/legal/terms', showTerms)
  router.get('/legal/terms/:version', showTerms)
}

export const shopTerms = defineSetting({
  key: 'shop.terms',
  schema: Type.Object(
    {
      version: Type.String({ minLength: 1, maxLength: 60 }),
      text: Type.String({ maxLength: 200_000 }),
    },
    { additionalProperties: false },
  ),
  preset: { version: '1', text: '' },
  scopes: ['installation', 'brand'],
})

export function currentTerms(ctx: Ctx): Promise<{ version: string; text: string }> {
  return readSetting(ctx.state.deps.db, shopTerms, { brand: requireBrand(ctx).id })
}

async function showTerms(ctx: RouteCtx): Promise<void> {
  const { t } = ctx.state
  const { version, text } = await currentTerms(ctx)
  if (ctx.params.version !== undefined && ctx.params.version !== version)
    throw NotFound({ what: 'version of the terms', id: ctx.params.version })
  const title = t('storefront.legal.terms')
  const blocks =
    text.trim() === '' ? [{ heading: false, text: t('storefront.legal.unwritten') }] : blocksOf(text)
  const view = { title, version: t('storefront.legal.version', { version }), blocks }
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
