export { allHooks, hookNamed, lawOf, type Hook, type Law } from './hook-table.ts'
export { openHooks, type CallHook, type OpenHooks } from './open-hooks.ts'
export { planSchedules, runSchedule } from './run-schedule.ts'
export { observeEvent, queueObservers } from './observe-event.ts'
