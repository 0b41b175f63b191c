import { Type, type TSchema } from '../../../sdk/index.ts'
import { instant, nullable, nullableInstant, text, whole, yes } from './describe.ts'

/** Shapes of people, of what was written to them, and of what they did. */

const rights = () => Type.Array(Type.String(), { description: 'Patterns: invoice.*, service.read …' })
const version = () => whole('Grows with each change.')

const Member = Type.Object({
  id: text('mem_…'),
  client_id: text('cli_…'),
  user_id: text('usr_…'),
  name: text('Of the user.'),
  email: text('That the user signs in with.'),
  rights: rights(),
  service_id: nullable('svc_… that the rights are for alone; null: all of the client.'),
  owner: yes('Whether nobody but an owner changes it.'),
  ends_at: nullableInstant('When the rights end; null: they do not.'),
  last_seen_at: nullableInstant('When the user was last there.'),
  version: version(),
})

const Contact = Type.Object({
  id: text('cnt_…'),
  client_id: text('cli_…'),
  name: text('The person.'),
  email: text('Where mails go.'),
  topics: Type.Array(Type.String(), { description: 'invoices, services, domains or support.' }),
  version: version(),
})

const Invitation = Type.Object({
  id: text('mei_…'),
  client_id: text('cli_…'),
  email: text('Who was invited.'),
  rights: rights(),
  service_id: nullable('svc_… that the rights are for alone; null: all of the client.'),
  ends_at: nullableInstant('When the rights will end; null: they do not.'),
  expires_at: instant('Up to when it can be taken.'),
  created_at: instant('When it was sent.'),
})

const PaymentMethod = Type.Object({
  id: text('mth_…'),
  client_id: text('cli_…'),
  instance_id: text('plg_… of its gateway.'),
  kind: text('card, debit …'),
  label: text('As its client reads it.'),
  brand_name: nullable('Such as Visa.'),
  last4: nullable('The last digits.'),
  expires_on: nullable('Day or month of its end.'),
  preferred: yes('Whether it is charged first.'),
  refused_at: nullableInstant('When bank or gateway said that it will not work again.'),
  created_at: instant('When it was saved.'),
})

const User = Type.Object({
  id: text('usr_…'),
  name: text('The person.'),
  email: text('That they sign in with.'),
  status: text('active or disabled.'),
  email_verified_at: nullableInstant('When the address was proved.'),
  last_seen_at: nullableInstant('When they were last there.'),
  created_at: instant('When the account was made.'),
})

const Caller = Type.Object({
  id: text('usr_…'),
  kind: text('staff or client.'),
  name: text('The person.'),
  email: text('That they sign in with.'),
  locale: text('Their language.'),
  key_id: text('key_…'),
  key_name: text('As its owner called it.'),
  expires_at: nullableInstant('When the key ends; null: when it is revoked.'),
  permissions: Type.Array(Type.String(), { description: 'Of staff, as far as the key’s scopes reach.' }),
  brand_ids: Type.Union([Type.Array(Type.String()), Type.Null()], {
    description: 'Of staff who may not reach all of them; null: no bound.',
  }),
  grants: Type.Array(
    Type.Object({
      client_id: text('cli_…'),
      service_id: nullable('svc_…; null: all of the client.'),
      rights: rights(),
    }),
    { description: 'Of clients, as far as the key’s scopes reach.' },
  ),
})

const Message = Type.Object({
  id: text('msg_…'),
  client_id: nullable('cli_…'),
  brand_id: nullable('brd_…'),
  template: text('invoice-issued, service-ready …'),
  to_address: text('Where it went.'),
  to_name: text('To whom.'),
  subject: text('Its subject.'),
  status: text('queued, sent, failed or withheld.'),
  attempts: whole('Tries so far.'),
  last_error: nullable('What the mail server said last.'),
  sent_at: nullableInstant('When it was taken.'),
  created_at: instant('When it was written.'),
})

const MessageDetail = Type.Object({
  ...Message.properties,
  plain: text('Its text. Links that let into an account are not kept.'),
  html: text('The same as HTML.'),
  attachments: Type.Array(Type.String(), { description: 'Names of its files.' }),
})

const AuditEntry = Type.Object({
  id: text('aud_…'),
  action: text('invoice.void …'),
  subject: text('Id of the record that it was done to.'),
  actor: text('usr_…, key_…, plg_… or the name of a job.'),
  client_id: nullable('cli_…'),
  before: Type.Unknown({ description: 'What changed, as it was; null where nothing is said.' }),
  after: Type.Unknown({ description: 'What changed, as it is then.' }),
  reason: nullable('Why, where one was given.'),
  address: nullable('Where it came from.'),
  request_id: nullable('Names the request in our logs.'),
  occurred_at: instant('When.'),
})

export const peopleComponents = {
  AuditEntry,
  Caller,
  Contact,
  Invitation,
  Member,
  Message,
  MessageDetail,
  PaymentMethod,
  User,
} satisfies Record<string, TSchema>
