export * from './finalise-proforma.ts'
export * from './issue-receipt.ts'
