import { changePorts } from '../../../core/app/wire/change-ports.ts'
import { sql, type Row } from '../../../core/db/index.ts'
import type { ServiceRow } from '../../../core/services/index.ts'
import { fingerprintOf, pricesFor } from '../../../core/services/transfers/transfer-prices.ts'
import { clientActor } from '../../support/make.ts'
import { beside, on, reason, service, withService, type Decisions, type Prepare } from './deciding.ts'

const OPEN = {
  service_id: 'svc',
  status: 'offered',
  prices: 'same' as const,
  expires_at: '2030-01-01T00:00:00.000Z',
  to_email_key: 'eve@example.org',
}
const giver = { actor: clientActor('cli_a') }
const receiver = { actor: { ...clientActor('cli_r', { id: 'usr_r' }), sessionId: 'ses_r' } }
const USER = {
  ...{ id: 'usr_r', realm_id: 'rlm_a', email_key: 'eve@example.org', status: 'active' },
  email_verified_at: '2026-01-01T00:00:00.000Z',
}

const withReceiver = (prepare: Prepare): Prepare =>
  beside('users', USER, beside('clients', { id: 'cli_r', status: 'active', currency: 'EUR' }, prepare))

const offered = (row: Row, input: object, call: object): Prepare =>
  withService(
    { cycle: '1m' },
    on('service_transfers', { ...OPEN, ...row }, { transfer_id: 'x', ...input }, call),
  )

/** Whoever accepts names what was shown. */
const withSeen =
  (prepare: Prepare): Prepare =>
  async (ground) => {
    const call = await prepare(ground)
    const means = { ...ground.means, changes: changePorts }
    const family = await means.db.all<ServiceRow>(sql`select * from services where id = 'svc'`)
    const taken = await pricesFor(means, means.db, { family, receiver: { id: 'cli_r' }, prices: OPEN.prices })
    return { ...call, input: { ...call.input, seen: fingerprintOf(taken) } }
  }

const moving = { to_client_id: 'cli_r', prices: 'same', ...reason }

export const decisionsOnTransfers: Decisions = {
  'service_transfer.offer': {
    'service_transfer.offer:check': service({ email: 'eve@example.org' }, { cycle: '1m' }, giver),
  },
  'service_transfer.withdraw': { 'service_transfer.withdraw:check': offered({}, {}, giver) },
  'service_transfer.accept': {
    'service_transfer.accept:check': withSeen(withReceiver(offered({}, { client_id: 'cli_r' }, receiver))),
  },
  'service_transfer.decline': {
    'service_transfer.decline:check': withReceiver(offered({}, {}, receiver)),
  },
  'service_transfer.move': {
    'service_transfer.accept:check': withReceiver(service(moving, { cycle: '1m' })),
    'service_transfer.withdraw:check': withReceiver(
      beside('service_transfers', { id: 'x', ...OPEN }, service(moving, { cycle: '1m' })),
    ),
  },
  'service_transfer.retry': {
    'service_transfer.retry:check': offered({ status: 'failed', to_client_id: 'cli_r' }, {}, {}),
  },
}
