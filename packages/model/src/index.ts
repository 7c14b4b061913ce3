export * from './address.ts';
export * from './call-record.ts';
export * from './captured-packet.ts';
export * from './clock.ts';
export * from './filter.ts';
export type * from './http-contract.ts';
export * from './message.ts';
export * from './message-fields.ts';
export * from './store-ports.ts';
