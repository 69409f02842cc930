/** How many are remembered: late messages are those of the last sessions. */
const MAX_ORIGINS = 100

/** The origins that this instance has had, one for each session: what they sent is not another instance's. */
export class OwnOrigins extends Set<string> {
  override add(origin: string): this {
    super.add(origin)
    const [oldest] = this
    if (this.size > MAX_ORIGINS && oldest !== undefined) this.delete(oldest)
    return this
  }
}
