import { expect } from 'chai'
import { eventually } from './eventually.js'

describe('eventually', () => {
  it('waits for a condition', async () => {
    let asked = 0
    await eventually(() => ++asked === 3)
    expect(asked).to.equal(3)
  })

  it('waits for assertions, asynchronous ones too', async () => {
    let asked = 0
    await eventually(async () => {
      expect(++asked).to.equal(3)
    })
    await eventually(() => expect(++asked).to.equal(5))
  })

  it('fails with the last error', async () => {
    let asked = 0
    const failure = await failureOf(
      eventually(() => expect(`asked ${++asked} times`).to.equal('never'), { timeout: 50 })
    )
    expect(failure.message).to.contain(`asked ${asked} times`)
  })

  it('names a condition that never held, or never answered', async () => {
    const options = { timeout: 30, message: 'the impossible' }
    const late = 'waited 30 ms for the impossible'
    expect(await failureOf(eventually(() => false, options))).to.include({ message: late })
    expect(await failureOf(eventually(() => new Promise<boolean>(() => {}), options))).to.include({
      message: late
    })
  })
})

async function failureOf(promise: Promise<void>): Promise<Error> {
  return promise.then(
    () => new Error('it passed'),
    (error: Error) => error
  )
}
