import { DurableObject } from 'cloudflare:workers';

export class UserSpace extends DurableObject<Env> {}
