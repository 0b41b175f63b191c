import type { Embed } from '../../../../sdk/index.ts'
import { confirmMethodSetup, getGateway } from '../../../billing/index.ts'
import type { ClientChoice } from '../../../identity/index.ts'
import { NotFound } from '../../../kernel/index.ts'
import type { RouteCtx } from '../../context.ts'
import { field } from '../../page/index.ts'
import { embedView, type EmbedView } from '../../plugin-places/embed-view.ts'
import { openAddress, sealAddress } from '../../plugin-places/sealed-address.ts'

/** A method that is being saved in a gateway's frame. Nothing of ours is kept of it until it is saved. */
export interface MethodSetup {
  instance_id: string
  reference: string
  key: string
  embed: Embed
  url: string | null
}

export interface SetupView {
  token: string
  embed: EmbedView
  name: string
  /** The gateway's own page, for browsers without scripts. */
  href: string | null
}

const SETUP_MS = 60 * 60_000
const purposeOf = ({ id }: ClientChoice) => `method of ${id}`

export const sealSetup = (ctx: RouteCtx, client: ClientChoice, setup: MethodSetup): string =>
  sealAddress(ctx, purposeOf(client), setup, SETUP_MS)

/** Null without one, and when it is over: the page then offers to begin anew. */
export async function setupView(ctx: RouteCtx, client: ClientChoice): Promise<SetupView | null> {
  const token = String(ctx.query.setup ?? '')
  const setup = token === '' ? null : openAddress<MethodSetup>(ctx, purposeOf(client), token)
  if (!setup) return null
  const gateway = await getGateway(ctx.state.deps.db, setup.instance_id)
  return { token, embed: embedView(ctx, setup.embed, gateway), name: gateway.name, href: setup.url }
}

export function confirmSetup(ctx: RouteCtx, client: ClientChoice) {
  const { deps, actor } = ctx.state
  const setup = openAddress<MethodSetup>(ctx, purposeOf(client), field(ctx, 'setup'))
  if (!setup) throw NotFound({ what: 'payment method', id: 'setup' })
  const { instance_id, reference, key } = setup
  const input = { client_id: client.id, instance_id, reference, key, token: field(ctx, 'token') }
  return confirmMethodSetup(deps, input, actor)
}
