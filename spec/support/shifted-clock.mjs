// Preloaded, it sets the clock of a process wrong by the first of CLOCK_OFFSETS, in ms, and by the next one at each SIGUSR2.
const offsets = (process.env.CLOCK_OFFSETS ?? '0').split(',').map(Number)
const now = Date.now.bind(Date)
Date.now = () => now() + offsets[0]
process.on('SIGUSR2', () => offsets.length > 1 && offsets.shift())
