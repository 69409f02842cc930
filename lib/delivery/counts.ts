/** What delivery counts, from the start. */
export class Counts {
  /** Events that the driver took, for the first time. */
  sent = 0
  /** Events of other instances that were delivered here. */
  received = 0
  /** Events that came in once more, and were dropped. */
  duplicate = 0
  /** Events that were sent again. */
  resent = 0
  /** Events of other instances that could not be had: the sum of the gaps. */
  missed = 0
  /** Own events that went out of the history before they were sent. */
  lost = 0
  framesSent = 0
  framesReceived = 0
  bytesSent = 0
  bytesReceived = 0
}
