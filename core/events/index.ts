export * from './causes.ts'
export * from './consumers.ts'
export * from './declared.ts'
export * from './events.ts'
