/** Event numbers, both ends included. */
export interface Range {
  readonly from: number
  readonly to: number
}
