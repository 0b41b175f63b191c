import { Type, type TSchema } from '../../../sdk/index.ts'
import {
  day,
  instant,
  money,
  nullable,
  nullableDay,
  nullableMoney,
  refTo,
  text,
  whole,
  yes,
} from './describe.ts'

/** Shapes of what runs: services, what is done to them, and their way to the provider. */

const Service = Type.Object({
  id: text('svc_…'),
  client_id: text('cli_…'),
  product_id: text('prd_…'),
  product_name: text('What was bought.'),
  product_kind: text('What sort of service it is: vps, domain …'),
  label: text('What its owner calls it: at first the domain or host name, else the name of the product.'),
  billing_status: text('pending, active, ending or ended.'),
  delivery_status: text('none, creating, live, changing, suspended, terminating or gone.'),
  cycle: text('month, year …'),
  recurring: money(),
  next_period_on: nullableDay('First day of the next period.'),
  cancel_on: nullableDay('Day on which it ends, once it was cancelled.'),
  auto_charge: yes('Whether its renewals are charged by themselves.'),
})

const Cancellation = Type.Object({
  service_id: text('svc_…'),
  effective_on: day('Day on which it ends.'),
  returned: money(),
})

const ChangePreview = Type.Object({
  service_id: text('svc_…'),
  product_id: text('prd_… afterwards.'),
  cycle: text('Afterwards: 1m, 1y …'),
  quantity: whole('Units of the product itself afterwards.'),
  recurring: money(),
  lines: Type.Array(Type.Object({ description: text('As on the document.'), amount: money() }), {
    description: 'What would be charged and given back today, before tax.',
  }),
  tax: money(),
  total: money(),
})

const ServiceChange = Type.Object({
  id: text('chn_…'),
  status: text('pending while its invoice is unpaid, or applied.'),
  invoice_id: nullable('inv_… to be paid before it happens.'),
})

const Transfer = Type.Object({
  id: text('trf_…'),
  service_id: text('svc_…'),
  client_id: text('cli_… that gives.'),
  to_email: nullable('The address that it is offered to; null where staff moved it.'),
  to_client_id: nullable('cli_… that has received it.'),
  status: text('offered, accepted, done, failed, declined, withdrawn or expired.'),
  problem: nullable('Why the provider has not taken the new owner; null for clients.'),
  expires_at: instant('Up to when an offer stands.'),
  created_at: instant('When it was made.'),
})

const TransferPreview = Type.Object({
  service_id: text('svc_…'),
  to_client_id: text('cli_…'),
  services: Type.Array(
    Type.Object({
      id: text('svc_…'),
      label: text('What its owner calls it.'),
      next_period_on: nullableDay('The first day that the receiver pays.'),
      before: money(),
      after: money(),
    }),
    { description: 'What moves, with what a period costs before and after, before tax.' },
  ),
  obstacles: Type.Array(
    Type.Object({
      name: text('unpaid_invoice, held, work_open …'),
      about: nullable('Number of a document or name of a service, where it is about one.'),
    }),
    { description: 'What has to be settled first; none: it can be moved.' },
  ),
})

const ServiceAct = Type.Object({
  id: text('sva_…'),
  service_id: text('svc_…'),
  operation: text('power, change_password, rename, reinstall …'),
  label: nullable('What the button of a plugin said.'),
  status: text('open or waiting while it is under way, then done or failed.'),
  message: nullable('Words of the provider, once it is done.'),
  created_at: instant('When it was asked for.'),
  ended_at: Type.Union([instant('When it ended.'), Type.Null()]),
})

const Delivery = Type.Object({
  id: text('dlv_…'),
  service_id: text('svc_…'),
  client_id: text('cli_…'),
  server_id: nullable('srv_…; null while none is chosen.'),
  action: text('create, suspend, release, change or terminate.'),
  status: text('open, waiting, failed, done or abandoned.'),
  attempts: Type.Integer({ description: 'Tries so far.' }),
  failure: nullable('Why it stands still: timed_out, agent_unreachable …'),
  problem: nullable('What the provider said.'),
  created_at: instant('When it was opened.'),
  updated_at: instant('When it last moved.'),
})

const GivenUpDelivery = Type.Object({
  delivery: refTo('Delivery'),
  sent: nullableMoney('On its way back through gateways; null where no refund was asked for.'),
  credit: nullableMoney('Stays with the client as credit; null where no refund was asked for.'),
})

const DeliveryRefundPreview = Type.Object({
  delivery_id: text('dlv_…'),
  open: money(),
  paid: money(),
  sendable: money(),
})

export const serviceComponents = {
  Cancellation,
  ChangePreview,
  Delivery,
  DeliveryRefundPreview,
  GivenUpDelivery,
  Service,
  ServiceAct,
  ServiceChange,
  Transfer,
  TransferPreview,
} satisfies Record<string, TSchema>
