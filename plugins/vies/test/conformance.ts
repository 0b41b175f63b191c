import { companyAt, type Conformance } from '../../../sdk/test-kit/index.ts'
import { startVies } from '../../../simulators/vies/index.ts'

export default {
  hosts: ['ec.europa.eu'],
  async company() {
    const register = await startVies({ now: () => '2026-01-15T10:00:00.000Z' })
    register.register('FR11123456782', { name: 'SARL QUAI', address: '7 QUAI\n75001 PARIS' })
    return companyAt(register.url, { close: () => register.close() })
  },
  inputs: { validate_tax_id: [{ country: 'FR', tax_id: 'FR11123456782' }], test_connection: [{}] },
  answers: {
    validate_tax_id: [{ outcome: 'valid', name: 'SARL QUAI', address: '7 QUAI, 75001 PARIS' }],
  },
  declines: {
    validate_tax_id: [{ input: { country: 'AT', tax_id: 'ATU12345675' }, says: { outcome: 'invalid' } }],
  },
} satisfies Conformance
