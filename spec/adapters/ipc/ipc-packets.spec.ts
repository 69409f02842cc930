import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { expect } from 'chai'
import { MAX_PACKET, onPacket, packet } from '../../../lib/adapters/ipc/ipc-packets.js'

describe('ipc-packets', () => {
  /** What comes out of these chunks, and the stream they went through. */
  function receive(...chunks: Buffer[]): { packets: string[]; socket: Socket; errors: Error[] } {
    const socket = new PassThrough() as unknown as Socket
    const packets: string[] = []
    const errors: Error[] = []
    socket.on('error', (error) => errors.push(error))
    onPacket(socket, (bytes) => packets.push(bytes.toString()))
    for (const chunk of chunks) socket.emit('data', chunk)
    return { packets, socket, errors }
  }

  const two = Buffer.concat([packet(Buffer.from('one')), packet(Buffer.from('two, longer'))])

  it('gives back what was packed, empty packets too', () => {
    expect(receive(two, packet(new Uint8Array())).packets).to.deep.equal(['one', 'two, longer', ''])
  })

  it('does so wherever the bytes are cut', () => {
    for (let at = 0; at <= two.length; at += 1) {
      expect(receive(two.subarray(0, at), two.subarray(at)).packets).to.deep.equal(['one', 'two, longer'])
    }
    expect(receive(...Array.from(two, (byte) => Buffer.of(byte))).packets).to.have.length(2)
  })

  it('waits for the rest of half a header', () => {
    const { packets, socket } = receive(two.subarray(0, 3))
    expect(packets).to.deep.equal([])
    expect(socket.destroyed).to.equal(false)
  })

  it('destroys a socket that announces too much, and takes nothing more from it', async () => {
    const header = Buffer.alloc(4)
    header.writeUInt32BE(MAX_PACKET + 1)
    const { packets, socket, errors } = receive(Buffer.concat([two, header, two]))
    expect(packets).to.deep.equal(['one', 'two, longer'])
    expect(socket.destroyed).to.equal(true)
    await new Promise((resolve) => socket.once('close', resolve))
    expect(errors[0]?.message).to.equal(`a packet of ${MAX_PACKET + 1} bytes, the limit is ${MAX_PACKET}`)
  })
})
