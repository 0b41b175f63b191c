import type { Ctx } from '../context.ts'
import { isPartial, page, seeOther } from '../page/index.ts'

/**
 * To another company's page after a form. The policy of our pages lets no form lead out of the house, so that without
 * htmx a page of ours stands between: it goes on by itself and has a link.
 */
export async function leave(ctx: Ctx, href: string, to: { name: string; backHref: string }): Promise<void> {
  if (isPartial(ctx)) return seeOther(ctx, href)
  ctx.set('Refresh', `0; url=${href}`)
  await page(
    ctx,
    'portal/leave',
    { href, ...to },
    { title: ctx.state.t('portal.leave.title', { name: to.name }) },
  )
}
