import { declareEvent } from '../events/index.ts'
import { declareCheck } from '../records/index.ts'

/** What plugins and webhooks may hear and refuse of this area beyond its lifecycles. */
declareEvent(
  'service.created',
  'A service was ordered; nothing exists at its provider yet. Body: product_id, order_item_id.',
)
declareEvent('service.held', 'A hold was placed: overdue, abuse, staff or client. Body: reason.')
declareEvent('service.lifted', 'A hold was lifted; the service is released when none is left. Body: reason.')
declareEvent(
  'server.down',
  'A server does not work, or could not be asked twice in a row. Body: before (good, degraded), problem.',
)
declareEvent('server.degraded', 'A server works with trouble. Body: before (good, down), problem.')
declareEvent('server.recovered', 'A server works again as it should. Body: before (degraded, down), problem.')
declareEvent(
  'delivery.refunded',
  'What was paid and could not be delivered goes back to the client. Body: service_id, order_item_id, currency, sent_minor (on its way through gateways), credit_minor (became credit).',
)
declareEvent(
  'cancellation.planned',
  'A service is to end, now or at the end of its term. Body: service_id, at, effective_on, reason.',
)
declareEvent(
  'service_transfer.offered',
  'A client offers a service to the owner of a mail address. Body: service_id, expires_at.',
)
declareCheck(
  'service_transfer.offer:check',
  'Before a client offers a service to another. The subject is the service. Facts: service_id.',
)
declareCheck(
  'service.hold:check',
  'Before a service is suspended, by anybody. Facts: hold (overdue, abuse, staff, client).',
)
declareCheck(
  'service.change_plan:check',
  'Before a change of plan or options is entered. Facts: product_id, options (as wished).',
)
declareCheck('service.lift:check', 'Before a hold is lifted. Facts: hold.')
declareCheck(
  'service.move_renewal:check',
  'Before staff move the day on which the next period begins. Facts: to_on.',
)
declareCheck(
  'service.spare:check',
  'Before staff keep a service from being suspended for debt, or end that. Facts: until_on (a day; null ends it).',
)
declareCheck(
  'delivery.start:check',
  'Before staff have a service delivered that waits for nobody else. The subject is the service. Facts: action.',
)
declareCheck('delivery.undo:check', 'Before staff have taken back what a creation has made.')
declareCheck(
  'delivery.adopt:check',
  'Before staff take something that exists at the provider as what was to be made. Facts: remote_id.',
)
declareEvent(
  'service_act.begun',
  'Client or staff asked for something to be done to a service: power, reinstall, … Body: service_id, operation.',
)
declareCheck(
  'service.act:check',
  'Before something is done to a service at its provider. Facts: operation (power, reinstall, …).',
)
