import type { Row } from '../../../core/db/index.ts'
import { staffActor } from '../../support/make.ts'
import { scriptedGateway } from '../../billing/support.ts'
import {
  beside,
  of,
  on,
  reason,
  REASON,
  service,
  withService,
  type Call,
  type Decisions,
  type Ground,
  type Prepare,
} from './deciding.ts'

const campaign = of('price_campaigns', 'campaign')
const CHARGED = { charged_through: '2026-02-01', next_period_on: '2026-02-01' }
const AT_PANEL = { cycle: '1m', instance_id: 'plg_a', server_id: 'srv_1' }
const MOVABLE = {
  ...{ product_id: 'prd_small', cycle: '1m', anchor_on: '2026-01-01', ...CHARGED },
  ...{ spans: '[]', amount_minor: 500n, recurring_minor: 500n },
}

const leaving: Prepare = beside(
  'cancellations',
  { id: 'can', service_id: 'svc', status: 'planned', at: 'end' },
  service({}, { billing_status: 'ending' }),
)
const CREATION = { service_id: 'svc', status: 'failed', action: 'create', step: 'create', server_id: 'srv_1' }
const delivery = (input: object = {}, row: Row = {}, call: Omit<Call, 'input'> = {}): Prepare => {
  return withService(row, on('deliveries', CREATION, { delivery_id: 'x', ...input }, call))
}
const held = (reason: string, prepare: Prepare): Prepare =>
  beside('service_holds', { service_id: 'svc', reason }, prepare)

/** The instance "plg_a", as which a plugin acts. */
const plugin: Pick<Call, 'actor'> = { actor: { ...staffActor(), kind: 'plugin', id: 'plg_a' } }

/** What the provider answers on the way, told anew to each case. */
const answering = (answers: readonly object[]) => ({ means: { plugins: scriptedGateway(answers) } })

const acting = (input: object = {}, ...answers: object[]) => ({
  'service.act:check': (ground: Ground) => service(input, AT_PANEL, answering(answers))(ground),
})
const SNAPSHOTS = { snapshots: [{ reference: 'snp' }] }
const snapshot = { snapshot: 'snp', confirmed: true }

/** A service that has nothing at its provider yet, and the account there that bears its id. */
const CREATING = { delivery_status: 'creating', product_id: 'prd_small', cycle: '1m', instance_id: 'plg_a' }
const WAITING = { server_id: 'srv_1', service_id: 'svc', remote_id: 'r1', kind: 'waiting' }
const THERE = { state: 'live', remote_id: 'r1', access: [] }

export const decisionsOnServices: Decisions = {
  'service.power': acting({ signal: 'stop' }),
  'service.change_password': acting(),
  'service.rename': acting({ label: 'two' }),
  'service.set_reverse_dns': acting({ ip: '192.0.2.1' }, { addresses: [{ ip: '192.0.2.1' }] }),
  'service.create_snapshot': acting({ name: 'one' }),
  'service.restore_snapshot': acting(snapshot, SNAPSHOTS),
  'service.remove_snapshot': acting(snapshot, SNAPSHOTS),
  'service.rescue': acting({ on: true }),
  'service.reinstall': acting({ confirmed: true }),
  'service.run_action': acting(
    { action: 'ping' },
    { actions: [{ name: 'ping', label: 'Ping', for: 'staff' }] },
  ),
  'service.suspend': { 'service.hold:check': service({ reason: 'staff', note: REASON }) },
  'service.pause': { 'service.hold:check': service() },
  'service.place_plugin_hold': { 'service.hold:check': service({ note: REASON }, {}, plugin) },
  'service.release': { 'service.lift:check': held('staff', service({ reason: 'staff' })) },
  'service.resume': { 'service.lift:check': held('client', service()) },
  'service.lift_plugin_hold': {
    'service.lift:check': held(
      'plugin',
      beside('service_plugin_holds', { service_id: 'svc', instance_id: 'plg_a' }, service({}, {}, plugin)),
    ),
  },
  'service.terminate': { 'service.end:check': service(reason) },
  'service.cancel': {
    'service.plan_end:check': service({ at: 'end', ...reason }, CHARGED),
    'service.end:check': service({ at: 'now', ...reason }, { ...CHARGED, product_id: 'prd_small' }),
  },
  'service.undo_cancellation': { 'cancellation.undo:check': leaving, 'service.keep:check': leaving },
  'service.accept_stay_offer': {
    'stay_offer.accept:check': beside(
      'stay_offers',
      { id: 'sto', service_id: 'svc', status: 'offered', offer: 'talk' },
      service(),
    ),
  },
  'service.change': { 'service.change_plan:check': service() },
  'service.cancel_change': {
    'service_change.cancel:check': withService(
      {},
      on('service_changes', { status: 'pending', service_id: 'svc' }, { change_id: 'x' }),
    ),
  },
  'service.move_renewal': {
    'service.move_renewal:check': service({ to_on: '2026-02-10', effect: 'free', ...reason }, MOVABLE),
  },
  'service.align_renewals': {
    'service.move_renewal:check': withService(MOVABLE, () =>
      Promise.resolve({ input: { client_id: 'cli_a', day: 10 } }),
    ),
  },
  'service.spare': { 'service.spare:check': service({ until_on: '2026-02-01' }, { cycle: '1m' }) },
  'service.deliver': { 'delivery.start:check': service({}, { delivery_status: 'none' }) },
  'delivery.retry': { 'delivery.retry:check': delivery() },
  'delivery.undo': { 'delivery.undo:check': delivery() },
  'delivery.abandon': { 'delivery.abandon:check': delivery(reason) },
  'delivery.adopt': {
    'delivery.adopt:check': (ground) => delivery({ remote_id: 'r1' }, CREATING, answering([THERE]))(ground),
  },
  'server_account.adopt': {
    'delivery.adopt:check': (ground) =>
      withService(
        CREATING,
        beside(
          'deliveries',
          { id: 'dly', ...CREATION },
          on('server_accounts', WAITING, { account_id: 'x' }, answering([THERE])),
        ),
      )(ground),
  },
  'price_campaign.schedule': { 'price_campaign.schedule:check': campaign('draft', {}) },
  'price_campaign.cancel': { 'price_campaign.cancel:check': campaign('draft') },
}
