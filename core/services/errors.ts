import { defineError } from '../kernel/index.ts'

export const ServerInUse = defineError(
  'server.in_use',
  409,
  (p: { id: string; services: number }) =>
    `The server ${p.id} holds ${p.services} services. Move or terminate them before it is disabled.`,
)
export const ServiceEnded = defineError(
  'service.ended',
  409,
  (p: { id: string }) => `The service ${p.id} has ended. Order a new one instead.`,
)
export const UnitsSoldOut = defineError(
  'service.units_sold_out',
  409,
  (p: { product: string }) =>
    `"${p.product}" is sold out, or fewer are left than were asked for. Nothing was changed.`,
)
export const ServiceNotLive = defineError(
  'service.not_live',
  409,
  (p: { id: string; state: string }) =>
    `The service ${p.id} is ${p.state}, so this cannot be done now. Try again when it is live.`,
)
export const ServiceSuspected = defineError(
  'service.suspected',
  409,
  (p: { id: string }) =>
    `The order of the service ${p.id} is marked as fraud. Take the mark back first, on the page of the order.`,
)
export const NothingAtProvider = defineError(
  'service.not_at_provider',
  409,
  (p: { id: string }) => `The service ${p.id} is delivered by hand; there is no provider to ask.`,
)
export const NotOffered = defineError(
  'service.not_offered',
  409,
  (p: { id: string; operation: string }) =>
    `The plugin of the service ${p.id} does not offer "${p.operation}" here. Choose what its page shows.`,
)
export const NotConfirmed = defineError(
  'service.not_confirmed',
  409,
  (p: { id: string; operation: string }) =>
    `"${p.operation}" cannot be undone. Confirm that you know what is lost, and send it again.`,
)
export const ActOpen = defineError(
  'service.act_open',
  409,
  (p: { id: string }) =>
    `Something is being done to the service ${p.id} already. Wait until that has ended and try again.`,
)
export const ProviderRefused = defineError(
  'service.provider_refused',
  409,
  (p: { operation: string; code: string; message: string }) =>
    `The provider refused "${p.operation}" (${p.code}): ${p.message}`,
)
export const HoldMissing = defineError(
  'service.hold_missing',
  409,
  (p: { id: string; reason: string }) =>
    `The service ${p.id} has no hold "${p.reason}" that could be lifted.`,
)
export const NotCancelled = defineError(
  'cancellation.none',
  409,
  (p: { id: string }) => `The service ${p.id} has no planned cancellation to take back.`,
)
export const NothingToRefund = defineError(
  'delivery.nothing_to_refund',
  409,
  (p: { service: string }) =>
    `Nothing that was charged for the service ${p.service} can be given back with this delivery. Give it up without a refund, and end or cancel the service on its own page.`,
)
export const DeliveryBusy = defineError(
  'delivery.busy',
  409,
  (p: { id: string }) =>
    `A call to the provider is out for the delivery ${p.id}. Wait a moment for its answer and try again.`,
)
export const DeliveryOpen = defineError(
  'delivery.open',
  409,
  (p: { service: string }) =>
    `Another delivery of the service ${p.service} is open. Finish or abandon that one first.`,
)
export const WrongAction = defineError(
  'delivery.wrong_action',
  409,
  (p: { id: string; action: string; wanted: string }) =>
    `The delivery ${p.id} is a "${p.action}"; this is possible for ${p.wanted} only.`,
)
export const NotFoundAtProvider = defineError(
  'delivery.not_at_provider',
  409,
  (p: { remote_id: string; state: string }) =>
    `The provider says that "${p.remote_id}" is ${p.state}. Only something that exists there can be adopted.`,
)
export const AccountTaken = defineError(
  'server_account.taken',
  409,
  (p: { remote_id: string; service: string }) =>
    `The account "${p.remote_id}" belongs to the service ${p.service} already. Choose another one.`,
)
export const AccountNotFitting = defineError(
  'server_account.not_fitting',
  409,
  (p: { id: string; reason: string }) => `The account ${p.id} cannot be used so: ${p.reason}.`,
)
export const NotAsCompared = defineError(
  'server_account.not_as_compared',
  409,
  (p: { service: string; here: string; there: string }) =>
    `The service ${p.service} is ${p.here} here and ${p.there} on its server, which is not what was found. Compare again.`,
)
export const NotListed = defineError(
  'server_account.not_listed',
  409,
  (p: { server: string }) => `The plugin of the server ${p.server} does not list its accounts.`,
)
export const ChangeNotPossible = defineError(
  'service_change.not_possible',
  409,
  (p: { id: string; reason: string }) => `The service ${p.id} cannot be changed so: ${p.reason}`,
)
export const UnitsLimited = defineError(
  'service.units_limited',
  409,
  (p: { product: string; limit: number; has: number }) =>
    `There are at most ${p.limit} of "${p.product}" for each client${p.has > 0 ? `, and ${p.has} are there already` : ''}.`,
)
