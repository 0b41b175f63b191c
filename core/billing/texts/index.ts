export * from './change-text.ts'
export * from './fitting-texts.ts'
export * from './load-texts.ts'
