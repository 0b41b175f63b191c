import type { Router } from '@koa/router'
import { switchClient } from '../../identity/index.ts'
import type { RouteCtx, State } from '../context.ts'
import { field, page, requireUser, safePath, seeOther } from '../page/index.ts'

/** CP-27: which of several clients one acts for. The session remembers it. */
export function switchRoutes(router: Router<State>): void {
  router.get('/portal/switch', showChoices)
  router.post('/portal/switch/:clientId', choose)
}

async function showChoices(ctx: RouteCtx): Promise<void> {
  const { clients } = requireUser(ctx)
  const { t, client } = ctx.state
  const view = {
    next: safePath(ctx.query.next, '/portal'),
    clients: clients
      .filter(({ status }) => status === 'active')
      .map(({ id, name, company }) => ({
        ...{ id, name: company ?? name, person: company ? name : null },
        ...{ href: `/portal/switch/${id}`, active: id === client?.id },
      })),
  }
  await page(ctx, 'portal/switch', view, { title: t('getting_in.switch.title') })
}

/** The session's own actor, because the acting one is cut to the client of before. */
async function choose(ctx: RouteCtx): Promise<void> {
  const { signedIn, deps } = ctx.state
  requireUser(ctx)
  await switchClient(deps, { client_id: ctx.params.clientId }, signedIn!.actor)
  seeOther(ctx, safePath(field(ctx, 'next'), '/portal'))
}
