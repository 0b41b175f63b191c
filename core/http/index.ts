export { areaOf } from './chain/arrival.ts'
export type {
  AreaFrame,
  AreaFrames,
  Ctx,
  FormBody,
  RouteCtx,
  RouteStep,
  ShopBrand,
  State,
  Step,
} from './context.ts'
export type * from './deps.ts'
export type { AdminPorts } from './admin/index.ts'
export * from './errors.ts'
export { createHttp, type Handler, type Http } from './http.ts'
export { createLive, LIVE_EVENTS, liveConsumer, type Live, type LiveMessage } from './live/live-bus.ts'
export type { Company, SampleDesk } from './system/sample.ts'
export { createStatementCounter, type StatementCounter } from './statements.ts'
