export { startVies, type KnownNumber, type ViesFailure, type ViesSimulator } from './start-vies.ts'
