export * from './consumers.ts'
export * from './events.ts'
