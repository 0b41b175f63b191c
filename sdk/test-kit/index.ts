export { openTestInstance, serverToken, type TestInstance, type TestInstanceParts } from './context.ts'
export { strictGateway, strictProvisioner } from './strict.ts'
