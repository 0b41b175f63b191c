import { Type, type Static } from '../type.ts'
import {
  CountryCode,
  DayText,
  Failed,
  IdempotencyKey,
  InstantText,
  MoneyShape,
  Reference,
} from '../shapes.ts'

/** In ASCII (xn--…), lower case, without the dot at the end. */
export const DomainName = Type.String({ pattern: '^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z0-9-]{2,63}$' })
export const HostNames = Type.Array(DomainName, { maxItems: 13 })

export const DomainContact = Type.Object({
  name: Type.String({ minLength: 1 }),
  company: Type.Optional(Type.String()),
  email: Type.String({ format: 'email' }),
  /** E.164 with a dot after the country: +49.30123456. */
  phone: Type.String({ pattern: '^\\+\\d{1,3}\\.\\d{1,14}$' }),
  street: Type.Array(Type.String(), { minItems: 1, maxItems: 3 }),
  city: Type.String(),
  state: Type.Optional(Type.String()),
  postcode: Type.String(),
  country: CountryCode,
})
export type DomainContact = Static<typeof DomainContact>

/** A role that is missing is the owner's. */
export const DomainContacts = Type.Object({
  owner: DomainContact,
  admin: Type.Optional(DomainContact),
  tech: Type.Optional(DomainContact),
  billing: Type.Optional(DomainContact),
})

/** Values of the fields that an ending asks for besides, by the schema that `extra_fields` answered. */
const ExtraValues = Type.Record(Type.String(), Type.Unknown())

export const DomainTarget = Type.Object({ domain: DomainName, remote_id: Type.Optional(Reference) })

export const RegisterDomain = Type.Object({
  domain: DomainName,
  idempotency_key: IdempotencyKey,
  years: Type.Integer({ minimum: 1, maximum: 10 }),
  contacts: DomainContacts,
  nameservers: HostNames,
  privacy: Type.Boolean(),
  extra: ExtraValues,
  /** What the client agreed to pay for a premium name: another price is refused, not paid. */
  premium_price: Type.Optional(MoneyShape),
})
export const TransferDomain = Type.Object({
  domain: DomainName,
  idempotency_key: IdempotencyKey,
  /** The code that the losing registrar gave. */
  transfer_code: Type.Optional(Type.String()),
  contacts: DomainContacts,
  nameservers: Type.Optional(HostNames),
  extra: ExtraValues,
})
export const RenewDomain = Type.Object({
  domain: DomainName,
  remote_id: Type.Optional(Reference),
  idempotency_key: IdempotencyKey,
  years: Type.Integer({ minimum: 1, maximum: 10 }),
  /** The day on which it ends now: a repeat finds another day and renews nothing. */
  expires_on: DayText,
})

export const DomainOutcome = Type.Union([
  Type.Object({
    outcome: Type.Literal('done'),
    remote_id: Type.Optional(Reference),
    expires_on: Type.Optional(DayText),
  }),
  /** Under way at the registry: core asks `describe`, or `transfer_status`, later. */
  Type.Object({ outcome: Type.Literal('pending'), remote_id: Type.Optional(Reference) }),
  Failed,
])
export type DomainOutcome = Static<typeof DomainOutcome>

export const DomainReport = Type.Object({
  domain: DomainName,
  state: Type.Enum(['absent', 'pending', 'live', 'expired', 'redemption', 'transferred_away', 'cancelled']),
  remote_id: Type.Optional(Reference),
  registered_on: Type.Optional(DayText),
  expires_on: Type.Optional(DayText),
  locked: Type.Optional(Type.Boolean()),
  privacy: Type.Optional(Type.Boolean()),
  auto_renew: Type.Optional(Type.Boolean()),
  nameservers: Type.Optional(HostNames),
  /** The owner still has to confirm the address. */
  verification_pending: Type.Optional(Type.Boolean()),
})
export type DomainReport = Static<typeof DomainReport>

export const DnsRecord = Type.Object({
  name: Type.String({ description: '@ is the domain itself' }),
  type: Type.Enum(['A', 'AAAA', 'CAA', 'CNAME', 'MX', 'NS', 'SRV', 'TXT', 'TLSA', 'URL']),
  value: Type.String(),
  /** Seconds. */
  ttl: Type.Integer({ minimum: 0, maximum: 2_147_483_647 }),
  priority: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
})
export const MailForward = Type.Object({ local: Type.String(), to: Type.String({ format: 'email' }) })
export const DsRecord = Type.Object({
  key_tag: Type.Integer({ minimum: 0, maximum: 65_535 }),
  algorithm: Type.Integer({ minimum: 0, maximum: 255 }),
  digest_type: Type.Integer({ minimum: 0, maximum: 255 }),
  digest: Type.String({ pattern: '^([0-9A-Fa-f]{2})+$' }),
})

/** What an ending costs us and allows. */
export const EndingPrice = Type.Object({
  ending: Type.String({ pattern: '^[a-z0-9.-]+$' }),
  register: Type.Optional(MoneyShape),
  renew: Type.Optional(MoneyShape),
  transfer: Type.Optional(MoneyShape),
  restore: Type.Optional(MoneyShape),
  years_min: Type.Integer({ minimum: 1, maximum: 10 }),
  years_max: Type.Integer({ minimum: 1, maximum: 10 }),
  years_step: Type.Integer({ minimum: 1, maximum: 10 }),
  grace_days: Type.Optional(Type.Integer({ minimum: 0 })),
  /** What a renewal in those days costs besides `renew`. */
  grace_fee: Type.Optional(MoneyShape),
  redemption_days: Type.Optional(Type.Integer({ minimum: 0 })),
  transfer_code: Type.Boolean(),
})

/** What has happened at the registrar since the cursor. */
export const DomainEvent = Type.Object({
  id: Type.String(),
  at: InstantText,
  domain: DomainName,
  what: Type.Enum([
    'registered',
    'renewed',
    'transferred_in',
    'transferred_away',
    'expired',
    'deleted',
    'verified',
    'changed',
  ]),
})
