import { definePlugin } from '../../sdk/index.ts'
import { cancelAgreement, listAgreements } from './agreements.ts'
import { authorise, chargeMethod } from './charge-method.ts'
import { connect } from './connect.ts'
import { fetchTransaction } from './details.ts'
import { findMethods } from './find-methods.ts'
import { handleEvent } from './handle-event.ts'
import { lookUp } from './look-up.ts'
import { feeReport } from './movements.ts'
import { balances, listPayouts } from './payouts.ts'
import { capture, letGo } from './reserved.ts'
import { refund } from './refund.ts'
import { removeMethod } from './remove-method.ts'
import { startPayment } from './start-payment.ts'
import { startSetup } from './start-setup.ts'
import { submitEvidence } from './submit-evidence.ts'
import { testConnection } from './test-connection.ts'

export default definePlugin({
  gateway: (context) => {
    const shop = connect(context)
    return {
      start_payment: (input) => startPayment(shop, input),
      charge_method: (input) => chargeMethod(shop, input),
      authorise: (input) => authorise(shop, input),
      capture: (input) => capture(shop, input),
      void: (input) => letGo(shop, input),
      look_up: (input) => lookUp(shop, input),
      refund: (input) => refund(shop, input),
      start_setup: (input) => startSetup(shop, input),
      remove_method: (input) => removeMethod(shop, input),
      find_methods: (input) => findMethods(shop, input),
      handle_event: (input) => handleEvent(shop, input),
      submit_evidence: (input) => submitEvidence(shop, input),
      cancel_agreement: (input) => cancelAgreement(shop, input),
      list_agreements: (input) => listAgreements(shop, input),
      list_payouts: (input) => listPayouts(shop, input),
      fee_report: (input) => feeReport(shop, input),
      balances: () => balances(shop),
      fetch_transaction: (input) => fetchTransaction(shop, input),
      test_connection: () => testConnection(shop),
    }
  },
})
