import type { Companies, SampleFacts } from '../app/sample/index.ts'
import type { Config } from '../config/index.ts'

export interface WelcomeFacts {
  config: Config
  facts: SampleFacts
  companies: Companies
  seconds: number
}

/** What `npm start` prints when the sample shop is open. */
export function welcome({ config, facts, companies, seconds }: WelcomeFacts): string {
  const address = config.url ?? `http://localhost:${config.port}`
  const { staff, client } = facts
  return `
The sample shop is open (${seconds.toFixed(1)} s). Nothing in it is real.

  Shop            ${address}
  Staff           ${address}/admin      ${staff.email}  ${staff.password}
  Client          ${address}/sign-in    ${client.email}  ${client.password}
  Its mail        ${companies.mail}
  Its companies   ${address}/sample

It lives in ${config.dataDir}. For a real installation, with nothing of this in it:

  export BERTH_DATA_DIR=./my-data
  bin/berth init && bin/berth serve

Ctrl-C ends it.
`
}
