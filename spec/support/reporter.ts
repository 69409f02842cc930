import Mocha from 'mocha'

/** Mocha's own, with a last line that a CI service can read. */
export default class Reporter extends Mocha.reporters.Spec {
  override epilogue(): void {
    super.epilogue()
    const { passes, failures, pending } = this.stats
    const skipped = pending > 0 ? `, ${pending} skipped` : ''
    console.log(`Mocha: ${passes} passed, ${failures} failed${skipped}`)
  }
}
