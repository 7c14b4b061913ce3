import { testStore } from './conformance.ts';
import { createSpooledStore } from './spooled-store.ts';

testStore('embedded ClickHouse', () => createSpooledStore());
