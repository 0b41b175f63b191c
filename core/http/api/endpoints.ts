import type { Endpoint } from './endpoint.ts'
import { auditEndpoints } from './resources/audit.ts'
import { boardEndpoints } from './resources/board.ts'
import { catalogEndpoints } from './resources/catalog.ts'
import { clientActEndpoints } from './resources/client-acts.ts'
import { clientEndpoints } from './resources/clients.ts'
import { deliveryActEndpoints } from './resources/delivery-acts.ts'
import { deliveryEndpoints } from './resources/deliveries.ts'
import { eventEndpoints } from './resources/events.ts'
import { instalmentEndpoints } from './resources/instalments.ts'
import { invoiceEndpoints } from './resources/invoices.ts'
import { messageEndpoints } from './resources/messages.ts'
import { offerEndpoints } from './resources/offers.ts'
import { orderEndpoints } from './resources/orders.ts'
import { paymentEndpoints } from './resources/payments.ts'
import { peopleEndpoints } from './resources/people.ts'
import { pluginRequestEndpoints } from './resources/plugin-requests.ts'
import { pluginEndpoints } from './resources/plugins.ts'
import { productEndpoints } from './resources/products.ts'
import { serverEndpoints } from './resources/servers.ts'
import { serviceChangeEndpoints } from './resources/service-changes.ts'
import { serviceMoveEndpoints } from './resources/service-moves.ts'
import { actEndpoints, serviceEndpoints } from './resources/services.ts'
import { settingEndpoints } from './resources/settings.ts'
import { transferEndpoints } from './resources/transfers.ts'
import { userEndpoints } from './resources/users.ts'

/** The whole of version 1. What is added here is served and documented. */
export const endpoints: readonly Endpoint[] = [
  ...clientEndpoints,
  ...clientActEndpoints,
  ...peopleEndpoints,
  ...userEndpoints,
  ...invoiceEndpoints,
  ...instalmentEndpoints,
  ...orderEndpoints,
  ...paymentEndpoints,
  ...productEndpoints,
  ...offerEndpoints,
  ...catalogEndpoints,
  ...serviceEndpoints,
  ...serviceMoveEndpoints,
  ...serviceChangeEndpoints,
  ...transferEndpoints,
  ...actEndpoints,
  ...deliveryEndpoints,
  ...deliveryActEndpoints,
  ...serverEndpoints,
  ...pluginEndpoints,
  ...pluginRequestEndpoints,
  ...messageEndpoints,
  ...eventEndpoints,
  ...auditEndpoints,
  ...settingEndpoints,
  ...boardEndpoints,
]
