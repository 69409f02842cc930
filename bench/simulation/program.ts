// Measures one simulated fleet, and sends its figures to its parent.
import { figuresOf } from './figures.js'

const [size, isBusy] = process.argv.slice(2)
const figures = await figuresOf(Number(size), isBusy === 'busy')
if (process.send) process.send(figures, () => process.disconnect())
else for (const [work, unit, figure] of figures) console.log(work, '|', figure.toPrecision(4), unit)
