export * from './billable.ts'
export * from './billable-items-source.ts'
export * from './create-billable.ts'
export * from './stop-billable.ts'
