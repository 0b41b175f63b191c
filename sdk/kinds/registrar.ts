import { Type } from '../type.ts'
import * as d from './registrar-shapes.ts'
import {
  Action,
  ConnectionReport,
  CountryCode,
  Done,
  DoneOrFailed,
  Failed,
  FormSchema,
  IdempotencyKey,
  MoneyShape,
} from '../shapes.ts'
import type { KindOf, Operation } from './operation.ts'

const changed = <T extends Parameters<typeof Type.Object>[0]>(more: T) =>
  Type.Object({ ...d.DomainTarget.properties, idempotency_key: IdempotencyKey, ...more })

const Availability = Type.Object({
  domain: d.DomainName,
  status: Type.Enum(['free', 'taken', 'premium', 'reserved', 'unknown']),
  /** Of a premium name: what it costs us. */
  register: Type.Optional(MoneyShape),
  renew: Type.Optional(MoneyShape),
})

/**
 * A registrar registers and keeps domains. A changing verb is called at least once and perhaps again, under the same
 * key: where the registry takes no keys, it looks first whether the name is already ours. What the registry has not
 * decided is `pending`, what nobody knows is thrown.
 */
export const registrarOperations = {
  /** Many names at once, in the order asked; a name that cannot be told is `unknown`, not free. */
  check_availability: {
    input: Type.Object({ domains: Type.Array(d.DomainName, { minItems: 1, maxItems: 100 }) }),
    output: Type.Object({ results: Type.Array(Availability) }),
  },
  check_transfer: {
    input: Type.Object({ domain: d.DomainName }),
    output: Type.Object({ possible: Type.Boolean(), reason: Type.Optional(Type.String()) }),
  },
  suggest: {
    input: Type.Object({
      words: Type.String({ minLength: 1, maxLength: 100 }),
      endings: Type.Array(Type.String()),
      country: Type.Optional(CountryCode),
      limit: Type.Integer({ minimum: 1, maximum: 100 }),
    }),
    output: Type.Object({ results: Type.Array(Availability) }),
  },
  /** The fields that an ending asks for besides, as a form. */
  extra_fields: {
    input: Type.Object({ ending: Type.String() }),
    output: Type.Object({ form: FormSchema }),
  },
  list_endings: { input: Type.Object({}), output: Type.Object({ endings: Type.Array(d.EndingPrice) }) },
  register: { input: d.RegisterDomain, output: d.DomainOutcome, changes: true },
  transfer: { input: d.TransferDomain, output: d.DomainOutcome, changes: true },
  transfer_status: {
    input: d.DomainTarget,
    output: Type.Object({
      status: Type.Enum(['pending', 'completed', 'failed', 'unknown']),
      reason: Type.Optional(Type.String()),
    }),
  },
  renew: { input: d.RenewDomain, output: d.DomainOutcome, changes: true },
  /** Out of redemption. */
  restore: { input: d.RenewDomain, output: d.DomainOutcome, changes: true },
  /** To another registrar by its tag, where the registry works so. */
  release: { input: changed({ tag: Type.String({ minLength: 1 }) }), output: DoneOrFailed, changes: true },
  request_delete: { input: changed({}), output: DoneOrFailed, changes: true },
  describe: { input: d.DomainTarget, output: d.DomainReport },
  /** The daily comparison, in batches of at most 50. */
  describe_many: {
    input: Type.Object({ domains: Type.Array(d.DomainTarget, { minItems: 1, maxItems: 50 }) }),
    output: Type.Object({ reports: Type.Array(d.DomainReport) }),
  },
  set_nameservers: { input: changed({ nameservers: d.HostNames }), output: DoneOrFailed, changes: true },
  set_lock: { input: changed({ locked: Type.Boolean() }), output: DoneOrFailed, changes: true },
  set_privacy: { input: changed({ privacy: Type.Boolean() }), output: DoneOrFailed, changes: true },
  set_auto_renew: { input: changed({ auto_renew: Type.Boolean() }), output: DoneOrFailed, changes: true },
  read_contacts: { input: d.DomainTarget, output: d.DomainContacts },
  set_contacts: { input: changed({ contacts: d.DomainContacts }), output: d.DomainOutcome, changes: true },
  resend_verification: { input: changed({}), output: DoneOrFailed, changes: true },
  /** The code for a move away: shown once, or sent to the owner by the registry. Many registries make a new one. */
  transfer_code: {
    input: changed({}),
    output: Type.Union([
      Type.Object({ outcome: Type.Literal('code'), code: Type.String() }),
      Type.Object({ outcome: Type.Literal('sent_to_owner') }),
      Failed,
    ]),
    changes: true,
  },
  read_records: { input: d.DomainTarget, output: Type.Object({ records: Type.Array(d.DnsRecord) }) },
  /** The whole zone: what is not named is removed. */
  set_records: { input: changed({ records: Type.Array(d.DnsRecord) }), output: DoneOrFailed, changes: true },
  read_forwards: { input: d.DomainTarget, output: Type.Object({ forwards: Type.Array(d.MailForward) }) },
  set_forwards: {
    input: changed({ forwards: Type.Array(d.MailForward) }),
    output: DoneOrFailed,
    changes: true,
  },
  /** A name server below the domain with its addresses; an empty list removes it. */
  set_host: {
    input: changed({ host: d.DomainName, addresses: Type.Array(Type.String()) }),
    output: DoneOrFailed,
    changes: true,
  },
  /** An empty list turns DNSSEC off. */
  set_dnssec: { input: changed({ records: Type.Array(d.DsRecord) }), output: DoneOrFailed, changes: true },
  /** Events since a cursor, oldest first; the same cursor answers the same events. */
  poll: {
    input: Type.Object({ cursor: Type.Optional(Type.String()) }),
    output: Type.Object({ events: Type.Array(d.DomainEvent, { maxItems: 500 }), cursor: Type.String() }),
  },
  balance: { input: Type.Object({}), output: Type.Object({ balance: MoneyShape }) },
  list_actions: { input: d.DomainTarget, output: Type.Object({ actions: Type.Array(Action) }) },
  run_action: {
    input: changed({ action: Type.String(), values: Type.Record(Type.String(), Type.Unknown()) }),
    output: Type.Union([
      Done,
      Type.Object({ outcome: Type.Literal('message'), message: Type.String() }),
      Failed,
    ]),
    changes: true,
  },
  test_connection: { input: Type.Object({}), output: ConnectionReport },
} as const satisfies Record<string, Operation>

export type Registrar = KindOf<
  typeof registrarOperations,
  'check_availability' | 'register' | 'renew' | 'describe'
>
