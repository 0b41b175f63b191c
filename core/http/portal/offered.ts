import type { Router } from '@koa/router'
import { money } from '../../../sdk/index.ts'
import { findClient } from '../../clients/index.ts'
import {
  acceptTransfer,
  declineTransfer,
  isStandingOffer,
  readOffer,
  type OfferedService,
} from '../../services/index.ts'
import type { RouteCtx, State } from '../context.ts'
import {
  field,
  flash,
  formKeys,
  page,
  requireClient,
  seeOther,
  tryForm,
  type FormProblem,
} from '../page/index.ts'
import { cycleText } from './cycle-text.ts'

export function offeredRoutes(router: Router<State>): void {
  router.get('/portal/offered/:transferId', showOffered)
  router.post('/portal/offered/:transferId/accept', takeAccept)
  router.post('/portal/offered/:transferId/decline', takeDecline)
}

/** What somebody offers to the address of the user: exactly what would be taken over, and what it would cost. */
async function showOffered(ctx: RouteCtx): Promise<void> {
  await draw(ctx)
}

async function draw(ctx: RouteCtx, problem?: FormProblem): Promise<void> {
  const { deps, t } = ctx.state
  const { actor, client } = requireClient(ctx)
  const receiver = await findClient(deps.db, actor, client.id, acceptTransfer.permission)
  const offer = await readOffer(deps, { transferId: ctx.params.transferId!, receiver }, actor)
  const { transfer, giver, services, currency, seen } = offer
  const standing = isStandingOffer(deps, transfer)
  const reason = offer.problem?.message ?? (offer.isBlocked ? t('transfers.offered.blocked') : null)
  const view = {
    ...{ href: `/portal/offered/${transfer.id}`, giver, seen, until: transfer.expires_at },
    account: receiver.company ?? receiver.name,
    status: standing ? 'offered' : transfer.status === 'offered' ? 'expired' : transfer.status,
    services: services.map((one) => serviceView(ctx, one, currency)),
    problem: standing ? reason : null,
    ...{ keys: formKeys(), declineKeys: formKeys(), errors: problem?.errors ?? [] },
  }
  await page(ctx, 'portal/offered', view, { title: t('transfers.offered.title') })
}

const serviceView = (
  { state: { t } }: RouteCtx,
  { label, product, quantity, options, cycle, recurringMinor, nextOn }: OfferedService,
  currency: string,
) => ({
  ...{ label: label || product, options, nextOn, cycle: cycleText(t, cycle) },
  product: quantity > 1 ? `${quantity} × ${product}` : product,
  price: recurringMinor === null ? null : money(recurringMinor, currency),
})

async function takeAccept(ctx: RouteCtx): Promise<void> {
  const { deps, t } = ctx.state
  const { actor, client } = requireClient(ctx)
  await tryForm(ctx, {
    shown: [409, 422],
    redraw: (problem) => draw(ctx, problem),
    async act() {
      const wanted = { transfer_id: ctx.params.transferId, client_id: client.id, seen: field(ctx, 'seen') }
      const { service_id } = await acceptTransfer(deps, wanted, actor)
      flash(ctx, { tone: 'good', text: t('transfers.offered.accepted') })
      seeOther(ctx, `/portal/services/${service_id}`)
    },
  })
}

async function takeDecline(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  await tryForm(ctx, {
    shown: [409],
    redraw: (problem) => draw(ctx, problem),
    async act() {
      await declineTransfer(deps, { transfer_id: ctx.params.transferId }, actor)
      flash(ctx, { tone: 'good', text: t('transfers.offered.declined') })
      seeOther(ctx, '/portal')
    },
  })
}
