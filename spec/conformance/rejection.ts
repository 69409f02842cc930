import { expect } from 'chai'

/** What a promise rejects with; fails where it resolves. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => expect.fail('it should have been rejected'),
    (error) => error
  )
}
