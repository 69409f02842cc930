import { stopBrokers } from './brokers/broker.js'

export const mochaHooks = { afterAll: stopBrokers }
