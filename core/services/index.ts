import './hooks.ts'
export * from './accounts/index.ts'
export * from './acts/index.ts'
export * from './abandon-delivery.ts'
export * from './deliver-service.ts'
export * from './adopt-delivery.ts'
export { alignRenewals, previewAlignment } from './align-renewals.ts'
export { applyPaidChanges } from './apply-change.ts'
export { announceRepricings } from './announce-repricings.ts'
export * from './ask-provider.ts'
export {
  campaignLifecycle,
  cancelCampaign,
  createCampaign,
  findCampaign,
  previewCampaign,
  scheduleCampaign,
  type CampaignEffect,
  type CampaignRow,
} from './campaigns.ts'
export { cancelService, undoCancellation, type Cancelled } from './cancel-service.ts'
export { cancellationLifecycle, changeLifecycle } from './change-lifecycle.ts'
export { serviceConsumers } from './consumers.ts'
export * from './create-server.ts'
export { createServices, type ServiceSpec, type SpecOption } from './create-services.ts'
export { checkServers, startChecking } from './check-servers.ts'
export * from './close-idle-clients.ts'
export * from './collect-usage.ts'
export { deliver, servicesJobs } from './deliver.ts'
export { deliveryLifecycle, type DeliveryStatus } from './delivery-lifecycle.ts'
export { deliverPaid } from './deliver-paid.ts'
export * from './edit-service.ts'
export { alignedTerm, firstTerm, type FirstTerm, type Parent } from './first-term.ts'
export { endCancelled } from './end-cancelled.ts'
export { endOfTerm } from './end-of-term.ts'
export { announceTerms, endTerms } from './end-terms.ts'
export * from './end-service.ts'
export * from './errors.ts'
export { hourSource } from './hour-source.ts'
export { liftHold, releaseService, resumeService, type LiftedHold } from './lift-hold.ts'
export * from './list-deliveries.ts'
export * from './list-servers.ts'
export * from './list-services.ts'
export {
  moveRenewal,
  previewMove,
  type MovedService,
  type PreviewedMove,
  type PricedMove,
} from './move-renewal.ts'
export { findService } from './load.ts'
export { nextCharges, servicesWithoutNextCharge, type Unplanned } from './next-charges.ts'
export { liftPluginHold, placePluginHold } from './plugin-holds.ts'
export { pauseService, placeHold, suspendService, type NewHold } from './place-hold.ts'
export { discountOf } from './plan-periods.ts'
export { nextChargeOf, planNextCharge } from './plan-next-charge.ts'
export { planChange, type ChangeFacts, type ChangePlan } from './plan-change.ts'
export { planHours, type MeteredService } from './plan-hours.ts'
export { planMove, type MovePlan } from './plan-move.ts'
export * from './ports.ts'
export { ChangeWish, previewChange, type PricedChange } from './preview-change.ts'
export {
  chargedRests,
  prorationModes,
  restOf,
  restPrice,
  shareOf,
  spansOf,
  type Proration,
  type ProrationMode,
  type Rest,
  type Span,
} from './prorate.ts'
export { cancelChange, dropStaleChanges, requestChange, type RequestedChange } from './request-change.ts'
export * from './read-service-file.ts'
export * from './retention/index.ts'
export { retryDelivery, undoDelivery } from './retry-delivery.ts'
export { planUnused, unusedDraft, type Unused } from './return-unused.ts'
export * from './reveal-access.ts'
export * from './rows.ts'
export * from './save-server-group.ts'
export { serverLifecycle, type ServerStatus } from './server-lifecycle.ts'
export * from './repricing.ts'
export { serviceSource, servicesSource, type WhatIf } from './service-source.ts'
export { clientsAhead, servicesAhead } from './services-ahead.ts'
export * from './simulate-prices.ts'
export * from './service-lifecycle.ts'
export { healthOf, type ServerHealth } from './server-health.ts'
export * from './set-server-status.ts'
export * from './settings.ts'
export { showService, type ShownAccess, type ShownField, type ShownService } from './show-service.ts'
export * from './suspend-overdue.ts'
export { suspectServices, trustServices } from './suspect-services.ts'
export { isTermOver } from './term-over.ts'
export { readTerms, termsOf, type Terms } from './terms.ts'
export * from './test-server.ts'
export * from './transfers/index.ts'
export { trustServer } from './trust-server.ts'
export { freeOfService } from './change-stock.ts'
export { demandUnits } from './units-limit.ts'
