/**
 * The name resolution of an operating system: programs ask it, it asks the hosts file, its cache, then a resolver.
 */
import type { Ip4 } from '../base/address.ts';
import { parseIp4 } from '../base/address.ts';
