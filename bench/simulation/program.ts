// Measures one simulated fleet, and sends its figures to its parent.
import { measureFleet } from './figures.js'

await measureFleet(Number(process.argv[2]), (figures) => process.send?.(figures))
process.disconnect()
